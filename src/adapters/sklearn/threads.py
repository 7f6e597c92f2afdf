"""Limits of the threads that the libraries beneath scikit-learn use."""

from __future__ import annotations

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def thread_pools() -> ThreadpoolController:
    """Return the controller of the loaded libraries with threads; finding them takes milliseconds, so it is cached."""
    return ThreadpoolController()


def use_one_thread() -> None:
    """Limit OpenMP to the calling thread from now on, for programs that call libraries from several threads."""
    thread_pools().limit(limits=1, user_api="openmp")
