"""Batches: JSON array, JSON Lines or CSV; a bad row never spoils a good one."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

import msgspec

from domain.beneficiary import FACTS, Beneficiary
from domain.errors import FieldError
from entrypoints.http.decoding import JSON, json_value, number, person, quotes_of
from entrypoints.http.errors import BadRequestFields, Malformed, pointed
from entrypoints.http.schemas import BadField, BadRow, BeneficiaryIn

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON_LINES: Final = "application/x-ndjson"
CSV: Final = "text/csv"
BATCH_TYPES: Final = (JSON, JSON_LINES, "application/jsonl", CSV)

_BENEFICIARIES: Final = msgspec.json.Decoder(list[BeneficiaryIn], strict=True)
_UNREAD: Final = msgspec.json.Decoder(list[msgspec.Raw])
_LINE: Final = re.compile(rb"\S[^\r\n]*")
_MOST_COLUMNS: Final = 100
"""Up to here each wrong column of a CSV is named."""
_NUMBERS: Final = frozenset({"age", "bmi", "children"})


def batch(body: bytes, kind: str, *, most: int) -> tuple[list[Beneficiary], list[BadRow]]:
    """Read the beneficiaries of a batch.

    Args:
        body: as it came.
        kind: its media type, one of `BATCH_TYPES`.
        most: rows that are allowed; what comes behind one more is not looked at.

    Returns:
        The good rows in their order, and what is wrong with the others.

    Raises:
        Malformed: if the body as a whole cannot be read.
        BadRequestFields: if there are too many rows, or the columns of a CSV are not the six facts.
    """
    if kind == JSON:
        _refuse_more(_count(body), most)
        if (all_good := _fast(body)) is not None:
            return all_good, []
    read = {JSON: _json_rows, CSV: _csv_rows}.get(kind, _json_lines)
    good: list[Beneficiary] = []
    bad: list[BadRow] = []
    for row, facts in enumerate(read(body), start=1):
        _refuse_more(row, most)
        if isinstance(facts, Malformed):
            bad.append(BadRow(row, "", "malformed", facts.detail))
            continue
        try:
            good.append(person(facts, ""))
        except BadRequestFields as wrong:
            bad += [BadRow(row, field.pointer, field.code, field.detail) for field in wrong.fields]
    return good, bad


def _refuse_more(rows: int, most: int) -> None:
    if rows > most:
        raise BadRequestFields([BadField("", "range", f"a batch holds up to {most} rows, and this one more")])


def _count(body: bytes) -> int:
    """Count the rows of a JSON array without reading them; 0 for what is none, which the patient way reports."""
    try:
        return len(_UNREAD.decode(body))
    except (ValueError, RecursionError):
        return 0


def _fast(body: bytes) -> list[Beneficiary] | None:
    """Read a JSON array in which all is right; None if something is not."""
    try:
        given = _BENEFICIARIES.decode(body)
        if body.count(b'"') != sum(map(quotes_of, given)):
            return None
        return [one.entity() for one in given]
    except (ValueError, RecursionError):
        return None


def _json_rows(body: bytes) -> list[object]:
    rows = json_value(body)
    if not isinstance(rows, list):
        message = "the body must be a JSON array of beneficiaries"
        raise Malformed(message)
    return rows


def _json_lines(body: bytes) -> Iterator[object]:
    """Read each line by itself; empty ones are not counted."""
    for line in _LINE.finditer(body):
        try:
            yield json_value(line[0])
        except Malformed as malformed:
            yield malformed


def _csv_rows(body: bytes) -> Iterator[object]:
    """Read RFC 4180 with a header; a byte order mark, as spreadsheets write it, is let pass."""
    try:
        lines = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 (byte {error.start})"
        raise Malformed(message) from error
    try:
        header = _header([name.strip() for name in next(lines, [])])
        for cells in lines:
            if not cells:
                continue
            if len(cells) != len(header):
                yield Malformed(f"line {lines.line_num} has {len(cells)} cells, the header {len(header)}")
                continue
            yield {name: _cell(name, text.strip()) for name, text in zip(header, cells, strict=True)}
    except csv.Error as error:
        message = f"the body is not CSV: {error} (line {lines.line_num})"
        raise Malformed(message) from error


def _header(names: list[str]) -> list[str]:
    """Give the columns' names back if they are the six facts in any order; else say once what is wrong with them."""
    if len(names) > _MOST_COLUMNS:
        message = f"the header has {len(names)} columns, and the facts are {len(FACTS)}"
        raise Malformed(message)
    wrong = [FieldError(name, "unknown", "is not a known column") for name in names if name not in FACTS]
    wrong += [FieldError(name, "missing", "is required as a column") for name in FACTS if name not in names]
    wrong += [FieldError(name, "unknown", "is a column twice") for name in FACTS if names.count(name) > 1]
    if wrong:
        raise BadRequestFields(list(pointed(wrong)))
    return names


def _cell(name: str, text: str) -> object:
    """Read a cell as what its column holds; what does not fit stays text, and is reported."""
    if name == "smoker":
        return {"true": True, "false": False}.get(text.lower(), text)
    if name not in _NUMBERS or not text.isascii() or "_" in text:
        return text
    try:
        return number(text)
    except ValueError:
        return text
