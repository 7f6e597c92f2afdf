"""Claims as tables: files, a synthetic sample, the public data set."""
