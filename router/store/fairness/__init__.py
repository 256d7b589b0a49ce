"""Turns and shares: who was offered and got what (R2-R8, R27)."""
