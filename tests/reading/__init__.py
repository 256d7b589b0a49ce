"""The one reader of what the world writes: tables, dates, numbers."""
