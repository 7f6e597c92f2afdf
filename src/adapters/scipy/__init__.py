"""Statistical tests by SciPy."""
