"""Asterisk's own records, read as an independent count of the hotline's calls (R23, R24)."""
