"""Disclosing: computing, drafting, reviewing, posting, objecting, answering, closing; and who sits where."""
