"""Interactive documentation: Swagger UI from our own tree, without requests to other sites."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.auth import access

STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = {
    "swagger-ui.css": "text/css",
    "docs.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
}
_ONLY_US: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_PAGE: Final = (STATIC / "docs.html").read_text(encoding="utf-8")


@get("/docs", include_in_schema=False, media_type=MediaType.HTML, opt={access.OPEN: True})
async def docs() -> Response[str]:
    """Return the page of the interactive documentation."""
    return Response(_PAGE, media_type=MediaType.HTML, headers={"Content-Security-Policy": _ONLY_US})


@get("/docs/{name:str}", include_in_schema=False, sync_to_thread=True, opt={access.OPEN: True})
def docs_file(name: FromPath[str]) -> Response[bytes]:
    """Return a file of the interactive documentation."""
    if name not in _FILES:
        raise NotFoundException
    return Response(
        (STATIC / name).read_bytes(), media_type=_FILES[name], headers={"Cache-Control": "public, max-age=3600"}
    )


HANDLERS: Final = (docs, docs_file)
