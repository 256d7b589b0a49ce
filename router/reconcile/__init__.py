"""Reconciliation (DOMAIN 6, R23-R25): what the PBX counted, what the router logged, what was written down."""
