"""What runs by the clock: nightly reconciliation, reminders, housekeeping."""
