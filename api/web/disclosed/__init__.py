"""The Chinese of what is disclosed: one module a kind, so that a page, a file and a poster say the same."""
