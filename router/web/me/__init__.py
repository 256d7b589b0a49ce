"""我的 Me: a consultant's own page: is it my turn, and what do I owe."""
