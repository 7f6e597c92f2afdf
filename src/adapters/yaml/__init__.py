"""YAML: schemas as files that people write."""
