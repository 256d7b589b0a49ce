"""来电 Calls: the day's calls, and why each rang where it rang."""
