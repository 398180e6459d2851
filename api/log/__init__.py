"""The log itself, for tools that nobody here wrote: tiles, checkpoint, proofs. Files alone; no database, no command."""
