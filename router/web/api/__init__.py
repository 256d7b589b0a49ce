"""The REST API for other programs, `/api/v1`. May live here: its shapes, its guard and its routes."""
