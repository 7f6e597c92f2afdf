"""Several processes of the API behind one socket, driven as real processes."""

import os
import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest

from tests.support.waiting import until

pytestmark = pytest.mark.process

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


@pytest.fixture
def api(tmp_path):
    """Three workers of the memory profile: the process, and where it answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, "-m", "entrypoints.hosting.asgi", "--serve", "api", "--fd", str(listener.fileno())]
    environment = {**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(tmp_path), "MEDCOST_WORKERS": "3"}
    process = subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()])
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    listener.close()
    yield process, address
    process.kill()
    process.wait()


def workers_of(process, count, killed=None):
    """Wait until there are so many, without the one that was killed."""

    def there():
        children = {child.pid for child in psutil.Process(process.pid).children()}
        return children if len(children) == count and killed not in children else None

    return until(there)


def test_a_worker_that_is_killed_is_replaced_and_all_end_in_order(api):
    process, address = api
    first = workers_of(process, 3)
    assert httpx.post(f"{address}/predictions", json=ANN, timeout=60).status_code == 201
    psutil.Process(min(first)).kill()
    later = workers_of(process, 3, killed=min(first))
    assert len(first & later) == 2
    assert httpx.post(f"{address}/predictions", json=ANN, timeout=60).status_code == 201
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert not any(psutil.pid_exists(pid) for pid in later)
