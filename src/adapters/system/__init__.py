"""The machine itself: clock, home folder, processes."""
