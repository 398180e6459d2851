"""What may happen, and what it means: pure Python, no I/O, no clock, no randomness, no framework."""
