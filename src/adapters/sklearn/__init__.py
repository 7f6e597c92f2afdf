"""Everything that learns and measures: families, conformal distributions, cross-validation, the gate's figures."""
