"""A bare no-op of Litestar on uvicorn: the cost of two widely used libraries to read a body and answer.

`python -m benchmarks.bare --port 8001`
"""

from __future__ import annotations

import argparse
from typing import Any, Final

import uvicorn
from litestar import Litestar, get, post

ANSWER: Final = {"status": "nothing was done"}


@get("/ready", sync_to_thread=False)
def ready() -> dict[str, str]:
    return ANSWER


@post("/noop", sync_to_thread=False)
def noop(data: dict[str, Any]) -> dict[str, str]:  # noqa: ARG001  # it is decoded, and that is all
    return ANSWER


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    app = Litestar([ready, noop], openapi_config=None)
    uvicorn.run(
        app, port=parser.parse_args().port, loop="uvloop", http="httptools", access_log=False, log_level="error"
    )


if __name__ == "__main__":
    main()
