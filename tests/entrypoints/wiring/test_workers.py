"""Several processes of the API behind one socket, driven as real processes."""

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import psutil
import pytest

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


@pytest.fixture
def api(tmp_path):
    """Three workers of the memory profile: the process, and where it answers."""
    door = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, "-m", "entrypoints.wiring.asgi", "--serve", "api", "--fd", str(door.fileno())]
    environment = {**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(tmp_path), "MEDCOST_WORKERS": "3"}
    process = subprocess.Popen(command, env=environment, pass_fds=[door.fileno()])
    address = f"http://127.0.0.1:{door.getsockname()[1]}/api/v1"
    door.close()
    yield process, address
    process.kill()
    process.wait()


def workers_of(process, count):
    """Wait until there are so many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children = psutil.Process(process.pid).children()
        if len(children) == count:
            return {child.pid for child in children}
        time.sleep(0.1)
    pytest.fail(f"there are not {count} workers")


def test_a_worker_that_is_killed_is_replaced_and_all_end_in_order(api):
    process, address = api
    first = workers_of(process, 3)
    assert httpx.post(f"{address}/predictions", json=ANN, timeout=60).status_code == 201
    psutil.Process(min(first)).kill()
    time.sleep(1.5)
    later = workers_of(process, 3)
    assert len(first & later) == 2
    assert httpx.post(f"{address}/predictions", json=ANN, timeout=60).status_code == 201
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert not any(psutil.pid_exists(pid) for pid in later)
