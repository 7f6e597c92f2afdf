"""People and claims in CSV, Parquet and JSON Lines files of any size, read and answered batch by batch."""
