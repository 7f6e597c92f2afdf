"""Costs: the distribution of a year, predictions, explanations, plans, totals of groups, scored files."""
