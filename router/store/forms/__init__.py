"""Call forms (R21, R22) and the closing of a day."""
