"""Adapters to this machine: its clock, home folder and archives, and the model that a process serves."""
