"""Learning and measuring by scikit-learn: families, conformal distributions, cross-validation, the gate's figures."""
