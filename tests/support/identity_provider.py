"""A real identity provider that tests start, and a person who signs in there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

_ROOT: Final = Path(__file__).parents[2]
CLIENT_ID: Final = "medcost"
CLIENT_SECRET: Final = "a secret of the tests"

MISSING: Final = (
    "there is no node"
    if not shutil.which("node")
    else None
    if (_ROOT / "node_modules" / "oidc-provider").is_dir()
    else "node_modules lacks oidc-provider: make setup-node"
)


@contextmanager
def running() -> Iterator[str]:
    """Start `identity_provider.mjs` and yield its issuer."""
    command = ["node", str(Path(__file__).with_suffix(".mjs"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def sign_in(url: str, *, name: str | None) -> dict[str, str]:
    """Follow a browser to the provider, sign in under a name, or cancel; return what it comes back with."""
    with httpx.Client() as client:
        response = client.get(url)
        while "/sign-in/callback" not in (sent := response.headers.get("location", "")):
            if sent:
                response = client.get(urljoin(str(response.url), sent))
                continue
            if name is None:
                (abort,) = re.findall(r'href="([^"]+/abort)"', response.text)
                response = client.get(urljoin(str(response.url), abort))
                continue
            (action,) = re.findall(r'action="([^"]+)"', response.text)
            (prompt,) = re.findall(r'name="prompt" value="([^"]+)"', response.text)
            fields = {"prompt": prompt, "login": name, "password": "any"}
            response = client.post(urljoin(str(response.url), action), data=fields)
    return dict(parse_qsl(urlsplit(sent).query))
