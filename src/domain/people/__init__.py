"""People: what is asked about them, what their answers mean, and the tables that they come in."""
