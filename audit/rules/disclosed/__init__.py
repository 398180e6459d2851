"""What was disclosed, computed once more from the events alone: one module a kind, and the frame that compares."""
