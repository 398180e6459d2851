"""Subsidies (惠农补贴): programmes with their standard, and the lists of who gets how much."""
