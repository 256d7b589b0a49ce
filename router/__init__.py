"""hotline-router: rings the right sales consultant for every call of a hotline, and proves why."""

__version__ = "0.1.0"
