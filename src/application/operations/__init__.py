"""Use cases of operations: backups, checks, jobs, webhooks, and the service's history."""
