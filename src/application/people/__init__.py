"""Schemas of people: which facts a home asks for."""
