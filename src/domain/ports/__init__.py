"""The ports: what the domain needs from the outside, one port a file.

A port is a promise about behaviour, and the suites of `tests/ports/` check every adapter against it. Adapters inherit
their port explicitly, so that an incomplete adapter fails when it is constructed.
"""
