"""The village's own affairs: what it announces, what villagers suggest, what it promises, meets about and builds."""
