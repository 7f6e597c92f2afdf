"""Access: accounts, keys, callers and their addresses."""
