"""Use cases of access: signing in and out, the password, and API keys."""
