"""A village's own money: its book, its vouchers with four signatures, its months, and whom it owes or who owes it."""
