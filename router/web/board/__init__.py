"""看板 Board: whose turn it is, what rings, and why."""
