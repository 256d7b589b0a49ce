"""The PBX's own records (R23)."""
