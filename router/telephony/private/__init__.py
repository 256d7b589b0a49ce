"""Our own Asterisk: finding or installing one (`find`, `install`), describing it (`settings`), running it (`instance`)."""
