"""Traces reach a collector; here it is a server of the test's own."""

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.support.waiting import until

pytestmark = pytest.mark.process

ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}


@pytest.fixture
def collector():
    """Where it listens, and the bytes that it was sent."""
    received = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(202)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api/v2/spans", received
    server.shutdown()


@pytest.fixture
def api(tmp_path):
    """`api(MEDCOST_…="…")` starts the API of the memory profile and gives process and address."""
    started = []

    def start(**settings):
        listener = socket.create_server(("127.0.0.1", 0))
        command = [sys.executable, "-m", "entrypoints.hosting.asgi", "--serve", "api", "--fd", str(listener.fileno())]
        environment = {**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(tmp_path), **settings}
        started.append(subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()]))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        listener.close()
        return started[-1], address

    yield start
    for process in started:
        process.kill()
        process.wait()


def spans_of(received):
    return [span for body in received for span in json.loads(body)]


def test_a_request_is_traced_without_the_facts_of_the_person(api, collector):
    endpoint, received = collector
    process, address = api(MEDCOST_TRACES_ENDPOINT=endpoint)
    given = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{given}-b7ad6b7169203331-01"}
    assert httpx.post(f"{address}/predictions", json=ANN, headers=headers, timeout=60).status_code == 201
    process.terminate()
    process.wait(timeout=60)
    until(lambda: received, within=20)
    assert [span["traceId"] for span in spans_of(received) if "POST" in span["name"]] == [given]
    assert b"27.5" not in b"".join(received)


def test_a_question_to_the_model_server_is_traced_and_handed_on(collector, tmp_path):
    endpoint, received = collector
    program = (
        "from entrypoints.composition.settings import load\n"
        "from entrypoints.hosting.traces import traced, traced_questions\n"
        "traced(print, load(), service='api')\n"
        "with traced_questions()('POST /v1/predict') as headers: print(headers['traceparent'])\n"
    )
    environment = {**os.environ, "MEDCOST_HOME": str(tmp_path), "MEDCOST_TRACES_ENDPOINT": endpoint}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    (span,) = spans_of(received)
    assert (span["name"].lower(), span["kind"]) == ("post /v1/predict", "CLIENT")
    assert done.stdout.split("-")[1:3] == [span["traceId"], span["id"]]


def test_without_a_collector_nothing_of_it_is_imported(tmp_path):
    program = (
        "import sys; from entrypoints.hosting.asgi import web_app; from entrypoints.composition.settings import load; "
        f"web_app(load({{'profile': 'memory', 'home': {str(tmp_path)!r}}}), serve='api'); "
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip().endswith("[]"), done.stderr
