"""Use cases on models: compare, tune, register, judge, promote and roll back."""
