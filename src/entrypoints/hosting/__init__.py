"""Processes: how they start, what they serve and log, and how they end."""
