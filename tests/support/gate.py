"""A port that leads to another one of this host, until it is shut."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread


class Gate:
    """Leads connections to a server while it is open; shut, it is like a server that has ended, which starts at once.

    Args:
        port: where connections come in, on 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._turn = Lock()
        self._opened: list[socket.socket] = []

    def open(self, to: int) -> None:
        """Lead connections to a port of 127.0.0.1 from now on."""
        listener = socket.create_server(("127.0.0.1", self._port))
        self._opened = [listener]
        Thread(target=self._accept, args=[listener, to], daemon=True).start()

    def shut(self) -> None:
        """Cut off whoever is connected, and refuse new connections."""
        with self._turn:
            opened, self._opened = self._opened, []
        for each in opened:
            with suppress(OSError):  # the other side has gone already
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self, listener: socket.socket, to: int) -> None:
        with suppress(OSError):  # shut
            while True:
                pair = (listener.accept()[0], socket.create_connection(("127.0.0.1", to)))
                with self._turn:
                    if listener not in self._opened:
                        for each in pair:
                            each.close()
                        return
                    self._opened.extend(pair)
                for source, target in (pair, pair[::-1]):
                    Thread(target=_copy, args=[source, target], daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # shut
        while piece := source.recv(1 << 16):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
