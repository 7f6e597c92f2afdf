"""Monitoring: drift, profiles of people, the cost level, reports, hours of the service and alarms."""
