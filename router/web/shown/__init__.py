"""What the pages of several folders show in common, below all of them."""
