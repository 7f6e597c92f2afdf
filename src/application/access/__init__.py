"""Signing in, and the password for it."""
