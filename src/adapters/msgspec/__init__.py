"""JSON by msgspec."""
