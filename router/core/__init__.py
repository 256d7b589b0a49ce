"""The rules of DOMAIN (R1-R17): pure and deterministic. Standard library only; no clock, threads, logging or I/O."""
