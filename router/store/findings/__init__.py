"""Reconciliation on record (R22-R26): what is compared, what was found, what people decided."""
