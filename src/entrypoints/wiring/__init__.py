"""Where everything is put together: settings, and the only place that names adapters."""
