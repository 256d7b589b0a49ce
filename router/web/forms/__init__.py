"""来电表: owed, filed, corrected, reviewed. May live here: that blueprint and what it reads from a request."""
