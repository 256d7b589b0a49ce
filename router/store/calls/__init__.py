"""The record of calls: what happened, and why it rang there."""
