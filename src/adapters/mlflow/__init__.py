"""MLflow: how models were made, and the registry of their folders."""
