"""通知: what one was told. May live here: that blueprint."""
