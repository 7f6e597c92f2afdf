"""Passwords by Argon2."""
