"""Spanish, as it is written in the United States (es-US: $8,240 and 27.5, not US$8.240 and 27,5)."""
