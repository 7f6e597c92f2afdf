"""Work that a child process does, so that what it imports stays out of this one."""
