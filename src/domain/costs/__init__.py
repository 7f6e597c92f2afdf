"""Costs: the distribution of a year, predictions, explanations."""
