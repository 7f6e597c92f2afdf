"""Files into one file, and back: a compressed tar whose last member lists what is in it, each with its SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from domain.errors import BackupRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_CONTENTS: Final = "contents.json"
_FORMAT: Final = 1
_PIECE: Final = 1 << 20


class Contents(msgspec.Struct, frozen=True):
    """What an archive holds: the files, each with its SHA-256, and what whoever made it says about them."""

    format: int
    files: Mapping[str, str]
    about: Mapping[str, Any]


def write(
    file: Path, files: Iterable[tuple[str, Path]], about: Mapping[str, Any], *, told: Callable[[int], object]
) -> Contents:
    """Make an archive: aside, read back, and then in its place at once.

    Args:
        file: where; what is there is replaced when all is well.
        files: names in the archive, and where their content lies now. One that is gone meanwhile is left out.
        about: kept with the files, as JSON keeps it.
        told: of the bytes that were done with.

    Raises:
        BackupRefused: if it cannot be written, or does not read back as it was written.
    """
    draft = file.with_name(file.name + ".part")
    found: dict[str, str] = {}
    try:
        handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            # data are compressed already, and text is where it is worth it
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
                for name, content in files:
                    _add(archive, name, content, found, told)
                contents = Contents(_FORMAT, found, about)
                listed = msgspec.json.format(msgspec.json.encode(contents))
                archive.addfile(_member(_CONTENTS, len(listed)), io.BytesIO(listed))
            stream.flush()
            os.fsync(stream.fileno())
        if read(draft, None, told=lambda _: None) != contents:
            message = f"{file} does not read back as it was written: the disk is not to be trusted"
            raise BackupRefused(message)
        draft.replace(file)
        _sync(file.parent)
    except OSError as error:
        message = f"the backup cannot be written: {error.strerror or error}: {error.filename or file}"
        raise BackupRefused(message) from error
    finally:
        draft.unlink(missing_ok=True)
    return contents


def read(file: Path, into: Path | None, *, told: Callable[[int], object]) -> Contents:
    """Read an archive to its end, and hold each file against the list.

    Args:
        file: the archive.
        into: a folder that gets the files; None only looks.
        told: of the bytes that were done with.

    Raises:
        BackupRefused: if it is damaged or no archive of ours. What was written by then is the caller's to remove.
    """
    found: dict[str, str] = {}
    listed = b""
    with (
        _explained(file),
        file.open("rb") as stream,
        gzip.GzipFile(fileobj=stream) as unpacked,  # unlike tarfile's own, it looks at the checksum
        tarfile.open(fileobj=unpacked, mode="r|") as archive,
    ):
        before = 0
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is None or member.name in found or listed:
                message = f"{file} is no backup of Medcost: {member.name!r} does not belong in one"
                raise BackupRefused(message)
            if member.name == _CONTENTS:
                listed = content.read()
            elif into is None:
                found[member.name] = _copy(content, io.BytesIO(), keep=False)
            else:
                # its name without what leads out of the folder; it raises where that cannot be
                target = into / (tarfile.data_filter(member, str(into)).name)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with target.open("xb") as copy:
                    found[member.name] = _copy(content, copy)
            told(stream.tell() - before)
            before = stream.tell()
        while unpacked.read(_PIECE):  # to the end of the file, where the checksum is
            pass
        contents = msgspec.json.decode(listed, type=Contents)
        if contents.format != _FORMAT or contents.files != found:
            message = f"{file} is damaged, or of another release: its files are not those that it lists"
            raise BackupRefused(message)
    return contents


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if error.filename != str(file):
            raise
        message = f"there is no {file}"
        raise BackupRefused(message) from error
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, msgspec.DecodeError) as error:
        message = f"{file} is damaged, or no backup of Medcost ({error or type(error).__name__})"
        raise BackupRefused(message) from error
    except OSError as error:
        message = f"{file} cannot be restored: {error.strerror or error}"
        raise BackupRefused(message) from error


def _add(
    archive: tarfile.TarFile, name: str, content: Path, found: dict[str, str], told: Callable[[int], object]
) -> None:
    try:
        stream = content.open("rb")
    except FileNotFoundError:
        return
    with stream:
        hashed = _Hashed(stream, told)
        archive.addfile(_member(name, os.fstat(stream.fileno()).st_size), hashed)
        found[name] = hashed.sha256.hexdigest()


class _Hashed(io.RawIOBase):
    """Reads on, and hashes what was read."""

    def __init__(self, stream: IO[bytes], told: Callable[[int], object]) -> None:
        self._stream, self._told = stream, told
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self.sha256.update(piece)
        self._told(len(piece))
        return piece


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _copy(content: IO[bytes], to: IO[bytes], *, keep: bool = True) -> str:
    sha256 = hashlib.sha256()
    while piece := content.read(_PIECE):
        sha256.update(piece)
        if keep:
            to.write(piece)
    return sha256.hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
