"""The database follows the journal: from events to rows. Above all other wings; nothing of them knows it."""
