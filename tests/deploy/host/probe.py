"""Asks many doors at once, such as "tcp 192.0.2.1 443", and prints which of them answered.

Reads a document from stdin: the address to ask from, or an empty one, the doors, and those that are expected to answer.
Each of the latter is waited for; what has not answered half a second after them does not answer.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys

ANSWERS_WITHIN, SILENT_AFTER = 60, 0.5


async def answer(source: str, door: str) -> bool:
    kind, host, port = door.split(" ")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as asked:
        asked.setblocking(False)
        if source:
            asked.bind((source, 0))
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(asked, (host, int(port)))
            if kind == "udp":
                await loop.sock_sendall(asked, b"anybody there?")
            return bool(await loop.sock_recv(asked, 100))
        except OSError:
            return False


async def main(source: str, doors: list[str], expected: list[str]) -> None:
    asking = {door: asyncio.create_task(answer(source, door)) for door in doors}
    if awaited := [asking[door] for door in expected]:
        await asyncio.wait(awaited, timeout=ANSWERS_WITHIN)
    ended, _ = await asyncio.wait(asking.values(), timeout=SILENT_AFTER)
    json.dump([door for door, task in asking.items() if task in ended and task.result()], sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(**json.load(sys.stdin)))
