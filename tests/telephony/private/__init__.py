"""Tests of the private Asterisk."""
