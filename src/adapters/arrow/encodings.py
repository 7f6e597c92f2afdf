"""Detection of a text file's encoding."""

from __future__ import annotations

import codecs
import re
from typing import IO, Final

from domain.errors import Flaw, UnreadableFile

FALLBACK: Final = "cp1252"
"""The encoding of files that are not UTF-8: spreadsheets on Windows write it in the Americas and Western Europe."""
_LOOKED_AT: Final = 4096
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
"""Characters that no text holds."""
_PIECE: Final = 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; the four bytes of UTF-32 begin as those of UTF-16."""
OTHER_KINDS: Final = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip archive or a workbook"),
    (b"\x1f\x8b", "a compressed file"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls): save it as .xlsx or CSV"),
    (b"{\\rtf", "a text document"),
    (b"$FL2", "an SPSS file (.sav): save it as CSV"),
    (b"$FL3", "an SPSS file (.zsav): save it as CSV"),
    (b"<stata_dta>", "a Stata file (.dta): save it as CSV"),
)
_OTHER_TEXTS: Final = (
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\[{\]\"])"),
        "JSON: save it as CSV",
    ),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|table|meta|\?xml)\b", re.IGNORECASE),
        "HTML or XML: save it as CSV",
    ),
)
"""Beginnings of texts that hold no rows of cells, whatever their ending says."""


def encoding_of(file: IO[bytes]) -> str:
    """Return the encoding of a text file: by its byte order mark, by its zero bytes, UTF-8, or `FALLBACK`.

    The file is read to its end, a piece at a time.

    Raises:
        UnreadableFile: if the file is no text, or text in an unsupported encoding.
    """
    start = file.read(_LOOKED_AT)
    for beginning, kind in _OTHER_TEXTS:
        if beginning.match(start):
            raise UnreadableFile(Flaw.KIND, f"this is no table but {kind}")
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    for magic, kind in OTHER_KINDS:
        if start.startswith(magic):
            raise UnreadableFile(Flaw.KIND, f"this is no text but {kind}")
    if b"\0" in start:
        return _utf_16(start)
    return _utf_8_or_fallback(file, start)


def _utf_16(start: bytes) -> str:
    """Return which UTF-16 a file without a byte order mark is: Latin letters have a zero byte each, on one side."""
    sides = [start[0::2].count(0), start[1::2].count(0)]
    encoding = "utf-16-le" if sides[1] else "utf-16-be"
    text = start[: len(start) // 2 * 2].decode(encoding, errors="replace")
    if not min(sides) and max(sides) * 2 > len(text) and not _CONTROLS.search(text):
        return encoding
    raise UnreadableFile(Flaw.KIND, "this is no text but binary data")


def _utf_8_or_fallback(file: IO[bytes], piece: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, is_ascii = 0, True
    try:
        while piece:
            if not piece.isascii():
                decoder.decode(piece)
                is_ascii = False
            elif not is_ascii:
                decoder.decode(piece)  # a letter may go on from the last piece
            lines += piece.count(b"\n")
            piece = file.read(_PIECE)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        if is_ascii and before.isascii():
            return _fallback(file, piece, lines)
        line = lines + before.count(b"\n") + 1
        message = f"line {line} is neither UTF-8 nor another encoding that fits the lines before: save it as CSV UTF-8"
        raise UnreadableFile(Flaw.ENCODING, message) from error
    return "utf-8"


def _fallback(file: IO[bytes], piece: bytes, lines: int) -> str:
    """Return the fallback if each byte from the first that is not ASCII is a letter in it."""
    while piece:
        try:
            piece.decode(FALLBACK)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].count(b"\n") + 1
            message = f"line {line} is neither UTF-8 nor Windows-1252 text: save the file as CSV UTF-8"
            raise UnreadableFile(Flaw.ENCODING, message) from error
        lines += piece.count(b"\n")
        piece = file.read(_PIECE)
    return FALLBACK
