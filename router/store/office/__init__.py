"""The office as the database keeps it: people, phones, numbers, plans, settings."""
