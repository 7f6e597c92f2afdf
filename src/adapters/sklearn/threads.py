"""How many threads the libraries beneath scikit-learn take."""

from __future__ import annotations

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def thread_pools() -> ThreadpoolController:
    """Look up the libraries that have threads: that takes milliseconds, and all of them are loaded by now."""
    return ThreadpoolController()


def use_one_thread() -> None:
    """Let OpenMP work in the calling thread alone from now on: where several work side by side, each is one of them."""
    thread_pools().limit(limits=1, user_api="openmp")
