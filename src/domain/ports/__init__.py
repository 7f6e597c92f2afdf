"""What the domain needs from the outside, one port a file.

A port is a promise about behaviour; `tests/ports/` holds every adapter to it. Adapters inherit their
port explicitly, so that a half-built one fails when it is constructed.
"""
