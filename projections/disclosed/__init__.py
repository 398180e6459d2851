"""What is disclosed, computed from the read models: one module a kind, and a frame that holds them to one position."""
