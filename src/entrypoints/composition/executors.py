"""Who does the work: this process, or a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from adapters.common.executor import LocalExecutor
from adapters.common.process_executor import ProcessExecutor
from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sklearn.cluster import Cluster
    from domain.ports.executor import Executor

MOST_PROCESSES: Final = 4
"""More share the memory of a machine, 300 MB each, for little: one family's folds are ten pieces of work."""


@contextmanager
def executor_at(address: str, *, processes: int | None = 1) -> Iterator[Executor]:
    """Give the workers of the Dask scheduler at an address, or with none this machine's processes.

    Args:
        address: of the scheduler; empty for none.
        processes: how many of this machine work, this one among them; None for one on each core, `MOST_PROCESSES` at
            most.

    Raises:
        ConfigurationError: if Dask is not installed, that is no address, or the cluster has other versions.
        ExecutorUnavailable: if no scheduler answers, or it has no worker.
    """
    if not address:
        if (count := processes or min(_cores(), MOST_PROCESSES)) == 1:
            yield LocalExecutor()
            return
        with ProcessExecutor(count) as executor:
            yield executor
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
    if isinstance(executor, LocalExecutor | ProcessExecutor):
        return None
    from adapters.dask.executor import DaskExecutor, translated
    from adapters.sklearn.cluster import Cluster

    return Cluster(executor.client, translated) if isinstance(executor, DaskExecutor) else None


def _cores() -> int:
    """Return how many cores this process may use, by affinity and control group."""
    from joblib import cpu_count  # comes with scikit-learn

    return cpu_count()
