"""What the facts add up to: tables made from the journal alone, thrown away and made again at will, row for row."""
