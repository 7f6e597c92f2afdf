"""Asks many endpoints at once, such as "tcp 192.0.2.1 443", and prints which of them answered.

Reads a document from stdin: the address to ask from, or an empty one, the endpoints, and those that should answer.
Each of the latter is waited for; what has not answered half a second after them does not answer.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys

ANSWERS_WITHIN, SILENT_AFTER = 60, 0.5


async def answer(source: str, endpoint: str) -> bool:
    kind, host, port = endpoint.split(" ")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        if source:
            client.bind((source, 0))
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(client, (host, int(port)))
            if kind == "udp":
                await loop.sock_sendall(client, b"anybody there?")
            return bool(await loop.sock_recv(client, 100))
        except OSError:
            return False


async def main(source: str, endpoints: list[str], expected: list[str]) -> None:
    asking = {endpoint: asyncio.create_task(answer(source, endpoint)) for endpoint in endpoints}
    if awaited := [asking[endpoint] for endpoint in expected]:
        await asyncio.wait(awaited, timeout=ANSWERS_WITHIN)
    ended, _ = await asyncio.wait(asking.values(), timeout=SILENT_AFTER)
    json.dump([endpoint for endpoint, task in asking.items() if task in ended and task.result()], sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(**json.load(sys.stdin)))
