"""Every table of the database, and nothing else: what is asked and changed lives in the wings beside."""
