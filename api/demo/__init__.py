"""The demonstration county (演示县): a year of an invented county's work, the same from the same seed.

Everything in it is made up by us: places, people, texts, accounts. Its journal is a rehearsal and says so everywhere.
"""
