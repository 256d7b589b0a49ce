"""Whose customers, their numbers, what is owed to them (R15, R16)."""
