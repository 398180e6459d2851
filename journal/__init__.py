"""How a fact becomes permanent and provable."""
