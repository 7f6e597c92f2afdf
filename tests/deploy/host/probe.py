"""Asks many doors at once, such as "tcp 192.0.2.1 443", and prints which of them answered.

Called with the address to ask from, or an empty one, and the doors.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys


async def answer(source: str, door: str) -> bool:
    kind, host, port = door.split(" ")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as asked:
        asked.setblocking(False)
        if source:
            asked.bind((source, 0))
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(2):
                await loop.sock_connect(asked, (host, int(port)))
                if kind == "udp":
                    await loop.sock_sendall(asked, b"anybody there?")
                return bool(await loop.sock_recv(asked, 100))
        except (OSError, TimeoutError):
            return False


async def main(source: str, *doors: str) -> None:
    there = await asyncio.gather(*(answer(source, door) for door in doors))
    json.dump([door for door, yes in zip(doors, there, strict=True) if yes], sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
