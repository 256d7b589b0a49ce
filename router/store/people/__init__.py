"""The people of the site, and the programs that act for them."""
