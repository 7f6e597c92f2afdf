"""Settings and the containers of use cases: the place that names adapters."""
