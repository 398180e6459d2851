"""Every way in: pages, JSON, command line. Chinese for what people read stands here and nowhere else."""
