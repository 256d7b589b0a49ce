"""日清 Day: can today be closed? May live here: that blueprint."""
