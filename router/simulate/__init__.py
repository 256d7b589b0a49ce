"""Scenario files (DOMAIN 10) played against the same desk that routes live calls."""
