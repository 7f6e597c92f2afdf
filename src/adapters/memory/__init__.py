"""Adapters of every port that need no server; `profile=memory` runs on them."""
