"""Archives as compressed tar files, whose last member lists the others, each with its SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final, Self

import msgspec

from adapters.common.files import sync
from domain.errors import BackupRefused
from domain.operations.backups import About, Contents
from domain.ports.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_CONTENTS: Final = "contents.json"
_FORMAT: Final = 1
_PIECE: Final = 1 << 20
_LARGER: Final = 100
"""The most bytes of an archive's files for each of its own; those of a real home are two to ten times as large."""
_ANY_SIZE: Final = 64 * 1024 * 1024
_LONGEST_LIST: Final = 64 * 1024 * 1024
_LONGEST_NAME: Final = 64 * 1024
_DESCRIPTIONS: Final = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
"""Types of members that hold a long name or other notes on the next member: tarfile reads them whole."""


class _Listing(msgspec.Struct, frozen=True):
    format: int
    files: Mapping[str, str]
    about: Any


class TarArchive(Archive):
    """Writes and reads compressed tar files."""

    def write(
        self, file: Path, files: Iterable[tuple[str, Path]], about: About, *, progress: Callable[[int], object]
    ) -> Contents:
        """Write a compressed tar, and sync it to the disk."""
        draft = file.with_name(file.name + ".part")
        digests: dict[str, str] = {}
        try:
            handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as stream:
                # data are compressed already, and text is where it is worth it
                with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
                    for name, content in files:
                        _add(archive, name, content, digests, progress)
                    listing = _Listing(_FORMAT, digests, about)
                    listed = msgspec.json.format(msgspec.json.encode(listing))
                    archive.addfile(_member(_CONTENTS, len(listed)), io.BytesIO(listed))
                stream.flush()
                os.fsync(stream.fileno())
            contents = Contents(digests, about)
            if self.read(draft, None, progress=lambda _: None) != contents:
                message = f"{file} does not read back as it was written: the disk is not to be trusted"
                raise BackupRefused(message)
            draft.replace(file)
            sync(file.parent)
        except OSError as error:
            message = f"the backup cannot be written: {error.strerror or error}: {error.filename or file}"
            raise BackupRefused(message) from error
        finally:
            draft.unlink(missing_ok=True)
        return contents

    def read(
        self,
        file: Path,
        into: Path | None,
        *,
        progress: Callable[[int], object],
        belongs: Callable[[str], bool] = lambda _: True,
    ) -> Contents:
        """Unpack an archive as a stream; refuse links, names that lead out of the folder, and too much content."""
        digests: dict[str, str] = {}
        listed = b""
        with (
            _explained(file),
            file.open("rb") as stream,
            # unlike tarfile's own, it looks at the checksum
            _Unpacked(stream, _ANY_SIZE + _LARGER * file.stat().st_size) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Member) as archive,
        ):
            before = 0
            for member in archive:
                is_plain = member.isreg() and not member.issparse() and _is_plain(member.name)
                content = archive.extractfile(member) if is_plain else None
                is_list = member.name == _CONTENTS
                if content is None or member.name in digests or listed or not (is_list or belongs(member.name)):
                    message = f"{file} is no backup of Medcost: {member.name!r} does not belong in one"
                    raise BackupRefused(message)
                if is_list:
                    listed = content.read(_LONGEST_LIST)
                elif into is None:
                    digests[member.name] = _copy(content, io.BytesIO(), keep=False)
                else:
                    # its name without what leads out of the folder; it raises where that cannot be
                    target = into / (tarfile.data_filter(member, str(into)).name)
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with target.open("xb") as copy:
                        digests[member.name] = _copy(content, copy)
                progress(stream.tell() - before)
                before = stream.tell()
            while unpacked.read(_PIECE):  # to the end of the file, where the checksum is
                pass
            listing = msgspec.json.decode(listed, type=_Listing)
            if listing.format != _FORMAT or listing.files != digests:
                message = f"{file} is damaged, or of another release: its files are not those that it lists"
                raise BackupRefused(message)
        return Contents(listing.files, _about(file, listing.about))


def _about(file: Path, about: object) -> About:
    try:
        return msgspec.convert(about, About)
    except msgspec.ValidationError as error:
        message = f"{file} does not say what it is a backup of: {error}"
        raise BackupRefused(message) from error


class _Member(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> Self:
        """Read a member's head.

        Raises:
            tarfile.ReadError: if it announces more notes than a name needs.
        """
        member = super().frombuf(buf, encoding, errors)  # type: ignore[arg-type]  # stubs: no None
        if member.type in _DESCRIPTIONS and member.size > _LONGEST_NAME:
            message = f"a name or note of {member.size:,} bytes"
            raise tarfile.ReadError(message)
        return member


class _Unpacked(gzip.GzipFile):
    """Unpacks at most a given number of bytes."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        super().__init__(fileobj=stream)
        self._left = self._most = most

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(_PIECE if size is None or size < 0 else size)
        self._left -= len(piece)
        if self._left < 0:
            message = f"it unpacks to more than {self._most:,} bytes, far more than a home of its size"
            raise tarfile.ReadError(message)
        return piece


def _is_plain(name: str) -> bool:
    """Return whether a name stays below its folder, and all of its parts are names."""
    return not name.startswith("/") and all(part not in ("", ".", "..") for part in name.split("/"))


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
    archive: tarfile.TarFile, name: str, content: Path, digests: dict[str, str], progress: Callable[[int], object]
) -> None:
    try:
        stream = content.open("rb")
    except FileNotFoundError:
        return
    with stream:
        hashed = _Hashed(stream, progress)
        archive.addfile(_member(name, os.fstat(stream.fileno()).st_size), hashed)
        digests[name] = hashed.sha256.hexdigest()


class _Hashed(io.RawIOBase):
    """Hashes a stream while it is read, and reports the progress."""

    def __init__(self, stream: IO[bytes], progress: Callable[[int], object]) -> None:
        self._stream, self._progress = stream, progress
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self.sha256.update(piece)
        self._progress(len(piece))
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
