"""Operations: jobs, webhooks, events, the audit trail, backups and diagnosis."""
