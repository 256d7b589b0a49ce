"""抹除: forgetting an outside party."""
