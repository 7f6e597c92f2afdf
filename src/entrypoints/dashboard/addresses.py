"""Addresses of our own pages and files, wherever a proxy serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

if TYPE_CHECKING:
    from fastapi import Request


def root_of(request: Request) -> str:
    """Return the path below which a proxy serves everything, empty for none."""
    return request.scope.get("app_root_path", request.scope.get("root_path", ""))


def at(path: str, request: Request | None = None) -> str:
    """Return the address of a path of ours; without a request, for the browser of the page that is being built."""
    return f"{root_of(request or ui.context.client.request)}{path}"


def path_of(request: Request) -> str:
    """Return the path that was asked for, as we know it."""
    return request.scope["path"].removeprefix(root_of(request)) or "/"
