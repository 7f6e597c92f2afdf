"""What NiceGUI does for each page and each visit that these pages do not need.

Measured on the start page: the signatures took a sixth of the time of building it, and the plugins a twelfth of the
time that its scripts take a browser.
"""

from __future__ import annotations

from functools import cache, wraps
from types import MethodType
from typing import TYPE_CHECKING, Final

from nicegui import helpers

if TYPE_CHECKING:
    from collections.abc import Callable

    from nicegui import Client
    from nicegui.app.app_config import AppConfig

_USED: Final = "app.use(Quasar, {config: vue_config"
_NO_PLUGINS: Final = f"{_USED}, plugins: {{}}"


def remember_signatures() -> None:
    """Look at the signature of a method once, and not for each element that calls it when it changes.

    An element registers four methods of its own, which are the same functions for all elements.
    """
    look: Callable[[Callable[..., object]], bool] = helpers.expects_arguments
    if hasattr(look, "__wrapped__"):
        return

    @cache
    def of_method(function: Callable[..., object]) -> bool:
        return look(MethodType(function, object()))

    @wraps(look)
    def expects_arguments(func: Callable[..., object]) -> bool:
        if isinstance(func, MethodType):
            return of_method(func.__func__)
        return look(func)

    helpers.expects_arguments = expects_arguments


def plain(client: Client) -> None:
    """Lay a page out by elements of HTML: Quasar's measure themselves several times before the first paint."""
    (page,) = client.page_container
    client.layout.props.clear()
    client.layout.tag, client.page_container.tag, page.tag = "div", "div", "main"


def leave_out_plugins(config: AppConfig) -> None:
    """Start Quasar without its plugins: the bar that shows requests, for one, is an application of its own."""
    script = config.vue_config_script
    if _NO_PLUGINS not in script:
        config.vue_config_script = script.replace(_USED, _NO_PLUGINS)
