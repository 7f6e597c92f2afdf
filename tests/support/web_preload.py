"""What every web process imports and reads when it starts, done once before such processes are forked."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Final

from entrypoints.dashboard.locale.catalogues import catalogue

_IMPORTED: Final = (
    "pytest",  # each child imports the main module of its parent
    "entrypoints.hosting.asgi",
    # imported only when a server starts
    "adapters.memory.trainer",
    "anyio._backends._asyncio",
    "argon2",
    "httpx",
    "litestar.plugins.opentelemetry",
    "litestar.plugins.problem_details",
    "opentelemetry.instrumentation.asgi",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)

for _name in _IMPORTED:
    import_module(_name)
for _language in ("en", "es"):
    catalogue(_language)
gc.collect()
gc.freeze()  # a forked process need not look at it again
