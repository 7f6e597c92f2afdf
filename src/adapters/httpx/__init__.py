"""Adapters over HTTPX."""
