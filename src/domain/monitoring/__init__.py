"""Monitoring: drift, profiles of people, reports."""
