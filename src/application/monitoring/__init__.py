"""Whether the champion still fits: drift and outcomes."""
