"""Costs of people: predicted, explained, kept, and forgotten again."""
