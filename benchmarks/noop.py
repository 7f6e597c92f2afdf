"""The web process with one more route: a no-op with the same middleware, keys, limits and decoding as a prediction.

`python -m benchmarks.noop --port 8001`, with the settings of the environment as the real one has them.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

import uvloop
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from entrypoints.composition.settings import load
from entrypoints.hosting.asgi import run_web
from entrypoints.http.codecs import decoding
from entrypoints.http.shared import Shared

ANSWER: Final = b'{"status":"nothing was done"}'


@post("/noop", include_in_schema=False, status_code=201)
async def noop(request: Request, body: RawBody, shared: NamedDependency[Shared]) -> Response[bytes]:
    """Read a person as `POST /predictions` does; no model, no database."""
    decoding.media_type(request, [decoding.JSON])
    shared.people.read(body)
    return Response(ANSWER, media_type=decoding.JSON)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_web(load({"port": parser.parse_args().port}), more=[noop]))


if __name__ == "__main__":
    main()
