"""主管操作 Acts: presence, suspension, turns and orders, changed by hand with a reason."""
