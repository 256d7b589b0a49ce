"""The `hotline` command: the only package that knows all others."""
