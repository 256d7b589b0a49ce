"""漏登核对 Check: which slot does not add up, and who is concerned."""
