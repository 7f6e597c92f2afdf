"""Who does the work: this process, or a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.common.executor import LocalExecutor
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sklearn.cluster import Cluster
    from domain.ports.executor import Executor


@contextmanager
def executor_at(address: str) -> Iterator[Executor]:
    """Give the workers of the Dask scheduler at an address, or with none this process.

    Raises:
        ConfigurationError: if Dask is not installed, that is no address, or the cluster has other versions.
        ExecutorUnavailable: if no scheduler answers, or it has no worker.
    """
    if not address:
        yield LocalExecutor()
        return
    try:
        from adapters.dask.executor import connected
    except ModuleNotFoundError as missing:
        message = f"executor=dask needs the extra `cluster` ({missing}): install it here and on the cluster"
        raise ConfigurationError(message) from missing
    with connected(address) as executor:
        yield executor


def cluster_of(executor: Executor) -> Cluster | None:
    """Give what grows trees on an executor's workers, each on rows of its own; None where there are no workers."""
    if isinstance(executor, LocalExecutor):
        return None
    from adapters.dask.executor import DaskExecutor, translated
    from adapters.sklearn.cluster import Cluster

    return Cluster(executor.client, translated) if isinstance(executor, DaskExecutor) else None
