"""Listens at many endpoints, such as "udp 51820", and answers whoever comes."""

from __future__ import annotations

import asyncio
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello")
    await writer.drain()
    writer.close()


async def main(endpoints: list[str]) -> None:
    for endpoint in endpoints:
        kind, port = endpoint.split(" ")
        if kind == "tcp":
            await asyncio.start_server(greet, ["0.0.0.0", "::"], int(port))
        else:  # this one is for both families
            await asyncio.get_running_loop().create_datagram_endpoint(Echo, ("::", int(port)))
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
