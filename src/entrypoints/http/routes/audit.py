"""The route about who changed what."""

from __future__ import annotations

from typing import Final

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, get

from application.operations.audit_changes import ReviewAudit
from entrypoints.http.auth import access
from entrypoints.http.locations import next_page
from entrypoints.http.paging import Cursor, Limit
from entrypoints.http.schemas.audit import AuditOut

TAGS: Final = ["audit"]


@get("/audit", operation_id="list_audit", tags=TAGS, summary="List changes, newest first", opt={access.ADMIN: True})
@inject
async def list_audit(
    request: Request,
    review: FromDishka[ReviewAudit],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[AuditOut]:
    """Keys, passwords, promotions and rollbacks, webhooks, alarms, cancelled jobs, schemas and backups.

    A change is recorded before it is made; where it then fails, a second entry says why. Follow `next`, or the `Link`
    header, until it is null.
    """
    page = await review(limit, before=cursor)
    headers = next_page(request, "/audit", {"limit": limit, "cursor": page.next}) if page.next else {}
    return Response(AuditOut.of(page), headers=headers)


HANDLERS: Final = (list_audit,)
