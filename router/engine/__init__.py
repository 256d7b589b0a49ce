"""The one writer: mailbox of inputs -> core -> actions; timers, journal, recovery, socket."""
