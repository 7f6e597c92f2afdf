"""This machine: clock, home folder, archives, the model that a process serves."""
