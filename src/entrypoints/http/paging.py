"""The parameters of routes that list what there is, page by page."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many at most")]
Cursor = Annotated[UUID | None, QueryParameter(description="`next` of the page before")]
