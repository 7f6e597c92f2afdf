"""The web process: API and dashboard on one address, with one lifespan, in one worker.

``python -m entrypoints.hosting.asgi --fd 7`` serves on a socket that the parent has bound.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import socket
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

import uvicorn
from starlette.responses import PlainTextResponse

from application.access.set_password import SetPassword
from domain.errors import Unavailable
from entrypoints.composition.access_rules import (
    asks_for_login,
    is_alone,
    offers_first_password,
    refuse_open_access,
    serves_others,
)
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.dashboard.app import dashboard_app
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.hosting.arrivals import Arrivals
from entrypoints.hosting.below import Below, WholePath
from entrypoints.hosting.garbage import collect_seldom
from entrypoints.hosting.logs import configure_logs
from entrypoints.hosting.proxies import BehindProxies
from entrypoints.hosting.serving import Protocol, Server, raise_file_limit
from entrypoints.hosting.site_guard import SiteGuard, refusal
from entrypoints.hosting.traces import traced
from entrypoints.hosting.watch import watch_parts
from entrypoints.hosting.workers import serve_by
from entrypoints.hosting.working import working
from entrypoints.http.app import create_app
from entrypoints.http.metrics import Metrics
from entrypoints.http.middleware.limits import RateLimit
from entrypoints.http.options import ApiOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from dishka import AsyncContainer, Provider
    from litestar.types import ControllerRouterHandler
    from starlette.types import ASGIApp, Receive, Scope, Send

    from entrypoints.composition.settings import Settings

_BACKLOG: Final = 2048
Service: TypeAlias = Literal["web", "api", "dashboard"]

_NOTHING: Final = PlainTextResponse("This process does not serve that.\n", 404)


def web_app(
    settings: Settings,
    *replacements: Provider,
    serve: Service = "web",
    more: Sequence[ControllerRouterHandler] = (),
    leaving: Callable[[], bool] = lambda: False,
) -> ASGIApp:
    """Build the application of API and dashboard, or of one of them, once a process: NiceGUI registers pages globally.

    Args:
        settings: the settings of this process.
        replacements: for testers: providers whose factories say ``override=True``.
        serve: ``web`` is both; requests to the part that is not served are answered with 404.
        more: handlers of the API beside ours, such as a benchmark's.
        leaving: returns whether the process is about to end.
    """
    metrics = Metrics()
    container = web_container(settings, *replacements, metrics=metrics)
    keys, others = settings.require_keys, serves_others(settings)
    refused = partial(refusal, allowed_hosts=frozenset(settings.allowed_hosts), any_address=others)
    api: ASGIApp = _NOTHING
    pages: ASGIApp = _NOTHING
    lives: list[Callable[[], AbstractAsyncContextManager[object]]] = []
    if serve != "dashboard":
        options = ApiOptions(
            partial(refused, allowed_origins=settings.allowed_origins, any_host=keys and others),
            version=version("medcost"),
            require_keys=keys,
            # without keys there is this machine alone
            key_limit=_limit(settings.key_requests_per_minute * keys),
            address_limit=_limit(settings.address_requests_per_minute * keys),
            allowed_origins=settings.allowed_origins,
            https=settings.https,
            body_deadline=settings.body_within,
            leaving=leaving,
        )
        litestar = create_app(container, options, home_schema(settings), more=more, metrics=metrics)
        api = cast("ASGIApp", litestar)  # Litestar types the same protocol more narrowly than Starlette
        lives.append(litestar.lifespan)
    if serve != "api":
        host = dashboard_app(container, _dashboard_options(settings), metrics if serve == "web" else None)
        pages = SiteGuard(WholePath(host), refused)
        lives.append(lambda: host.router.lifespan_context(host))

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(container.close)
            tried = asyncio.Event()
            if settings.admin_password and serve != "api":
                adopting = asyncio.create_task(_adopt_password(container, settings.admin_password, tried))
                stack.callback(adopting.cancel)
            else:
                tried.set()
            stack.callback(asyncio.create_task(watch_parts(container, settings, service=serve)).cancel)
            await stack.enter_async_context(working(container))
            for life in lives:
                await stack.enter_async_context(life())
            await tried.wait()  # else the first visitor reads that there is no password
            yield

    app = traced(Below(Dispatcher(api, pages, lifespan()), settings.root_path), settings, service=serve)
    app = Arrivals(app, within=settings.body_within)
    return BehindProxies(app, settings.trusted_proxies) if settings.trusted_proxies else app


def _limit(per_minute: int) -> RateLimit | None:
    return RateLimit(per_minute) if per_minute else None


def _dashboard_options(settings: Settings) -> DashboardOptions:
    login = asks_for_login(settings)
    return DashboardOptions(
        login=login,
        alone=is_alone(settings) and not login,
        first_password=offers_first_password(settings),
        https=settings.https,
        provider=settings.oidc_issuer and (settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""),
        everyone=settings.oidc_everyone and bool(settings.oidc_issuer),
        root_path=settings.root_path,
        mlflow=settings.mlflow_url.rstrip("/"),
    )


async def _adopt_password(container: AsyncContainer, password: str, tried: asyncio.Event) -> None:
    """Set the admin's password from its secret file, as soon as the database answers; note the first try."""
    while True:
        try:
            async with container() as request:
                await (await request.get(SetPassword)).ensure(password, by="MEDCOST_ADMIN_PASSWORD")
        except Unavailable as away:
            wait = away.retry_after
        else:
            return
        finally:  # also where the password is refused
            tried.set()
        await asyncio.sleep(wait)


class Dispatcher:
    """Routes ``/api`` to one application and all other paths to another; both share one lifespan.

    One application cannot be mounted inside the other: NiceGUI's redirects loop inside Litestar.
    """

    def __init__(self, api: ASGIApp, pages: ASGIApp, lifespan: AbstractAsyncContextManager[None]) -> None:
        self._api, self._pages, self._lifespan = api, pages, lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/api" or scope["path"].startswith("/api/"):
            await self._api(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._lifespan.__aenter__()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._lifespan.__aexit__(None, None, None)
        await send({"type": "lifespan.shutdown.complete"})


async def run_web(
    settings: Settings,
    *,
    serve: Service = "web",
    sockets: Sequence[socket.socket] | None = None,
    more: Sequence[ControllerRouterHandler] = (),
) -> None:
    """Serve until SIGINT or SIGTERM; then report as not ready, finish running requests and close all parts.

    Args:
        settings: the settings of this process.
        serve: both applications, or one of them.
        sockets: bound sockets; None to bind the address of the settings.
        more: as `web_app`.

    Raises:
        ConfigurationError: if the API would be open to others without keys.
    """
    refuse_open_access(settings, pages=serve != "api")
    configure_logs(settings.log_level)
    config = uvicorn.Config(
        web_app(settings, serve=serve, more=more, leaving=lambda: server.is_leaving),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=partial(Protocol, head_within=settings.head_within, proxies=settings.trusted_proxies),  # type: ignore[arg-type]  # uvicorn only calls it
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        log_level="error",  # a warning for each invalid HTTP request would fill the log
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.drain_within),
    )
    server = Server(config, notice=settings.drain_notice)
    collect_seldom()
    raise_file_limit()
    await server.serve(sockets=list(sockets) if sockets else None)


def main() -> None:
    """Serve with the settings of the environment."""
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("--serve", choices=get_args(Service), default="web")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--fd", type=int, help="a socket that the parent has bound, instead of host and port")
    arguments = parser.parse_args()
    sockets = [socket.socket(fileno=arguments.fd)] if arguments.fd is not None else None
    settings = load({"host": arguments.host, "port": arguments.port})

    def serve() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_web(settings, serve=arguments.serve, sockets=sockets))

    if settings.workers > 1 and arguments.serve != "api":
        sys.stderr.write("workers are for `medcost serve api`: the dashboard keeps its sessions in one process\n")
    if settings.workers == 1 or arguments.serve != "api":
        serve()
        return
    sockets = sockets or [socket.create_server((settings.host, settings.port), backlog=_BACKLOG)]
    sys.exit(serve_by(settings.workers, serve))


if __name__ == "__main__":
    main()
