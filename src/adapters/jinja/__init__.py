"""Pages by Jinja, with drawings by Matplotlib."""
