"""Sheets for the notice board: a posted version on A4 or A3, a code that leads to its page, always the same bytes."""
