"""Use cases of monitoring: the drift of inputs, and the outcomes of predictions."""
