"""Looking after the service: its parts and its jobs."""
