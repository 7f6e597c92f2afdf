"""Simulation by NumPy."""
