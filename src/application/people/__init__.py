"""Use cases on schemas of people."""
