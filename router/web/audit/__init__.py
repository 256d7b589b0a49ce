"""审计 Audit: who saw, took out, brought in or changed what."""
