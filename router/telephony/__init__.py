"""Asterisk: the AMI client, the actions behind "ring", "stop" and "hold", device states, the private instance."""
