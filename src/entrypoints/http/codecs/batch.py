"""Decoding of batches (JSON array, JSON Lines or CSV), in which bad rows do not affect good rows."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from msgspec import UNSET

from application.costs.pauses import Pauses
from domain.costs.scoring_task import FileKind
from domain.errors import FieldError, UnreadableFile
from domain.people.beneficiary import Beneficiary
from domain.people.matching import ColumnMap, match
from domain.people.people import People
from domain.people.table_reading import TableReading
from entrypoints.http.codecs.decoding import JSON, json_value
from entrypoints.http.errors import BadRequestFields, Malformed, pointed
from entrypoints.http.schemas.predictions import BadRow, BatchOut, PredictionOut
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from msgspec import UnsetType

    from domain.costs.prediction import Prediction
    from domain.people.cells import DecimalSign
    from domain.people.fact import Value
    from domain.people.schema import Schema
    from domain.ports.people_files import PeopleFiles, PeopleTable
    from entrypoints.http.codecs.people import PeopleReader
    from entrypoints.http.schemas.common import AboutOut

JSON_LINES: Final = FileKind.JSONL.media_type
TEXT_LINES: Final = "text/jsonl"
"""Media type of JSON Lines as text, which tools can send without knowing the format."""
CSV: Final = FileKind.CSV.media_type
BATCH_TYPES: Final = (JSON, JSON_LINES, "application/jsonl", TEXT_LINES, CSV)

_UNREAD: Final = msgspec.json.Decoder(list[msgspec.Raw])
_LINE: Final = re.compile(rb"\S[^\r\n]*")
_MOST_NAMED: Final = 10
"""Most broken rules that are reported for a row."""
_WRITTEN_AT_ONCE: Final = 250
_READ_AT_ONCE: Final = 100


class Wrong(NamedTuple):
    """The broken rules of a row of a CSV."""

    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class Batch:
    """A received batch whose rows are not yet checked.

    Args:
        rows: number of rows; for JSON Lines an upper bound.
        facts: for each row a beneficiary, unchecked facts, or why the row cannot be read; for several good rows in a
            sequence, `People`.
        unused: columns of a CSV that are ignored.
    """

    rows: int
    facts: Iterator[object]
    unused: Sequence[str] = ()

    @classmethod
    async def of(
        cls,
        body: bytes,
        kind: str,
        people: PeopleReader,
        files: Callable[[], Awaitable[PeopleFiles]],
        *,
        most: int,
        decimal: DecimalSign = "",
    ) -> Batch:
        """Open the body of a batch.

        Args:
            body: the raw body.
            kind: media type of the body, one of `BATCH_TYPES`.
            people: reader of JSON objects.
            files: factory of the reader of tables.
            most: most allowed rows; rows beyond the first excess row are not read.
            decimal: decimal sign of a CSV's numbers; empty to detect it from the cells.

        Raises:
            Malformed: if the body as a whole cannot be read.
            BadRequestFields: if there are too many rows, if a CSV lacks the column of a fact, or if JSON is given a
                decimal sign.
        """
        lines = min(max(body.count(b"\n"), body.count(b"\r")) + 1, most)
        if kind == CSV:
            table, reading = await asyncio.to_thread(
                _table, body, people.schema, await files(), ColumnMap(decimal=decimal)
            )
            return cls(lines, _csv_rows(table, reading), reading.matched.unused)
        if decimal:
            raise BadRequestFields([BadField("/decimal", "unknown", "is for CSV: the numbers of JSON have a point")])
        if kind != JSON:
            return cls(lines, _json_parts(_LINE.findall(body), people))
        try:
            unread = _UNREAD.decode(body)
        except (ValueError, RecursionError):
            # the slow path names each mistake and its place
            facts = await asyncio.to_thread(_json_rows, body)
            _refuse_more(len(facts), most)
            return cls(len(facts), iter(facts))
        _refuse_more(len(unread), most)
        return cls(len(unread), _json_parts(unread, people))


async def read(given: Batch, people: PeopleReader, *, body: bytes, kind: str, most: int) -> tuple[People, list[BadRow]]:
    """Read the beneficiaries of a batch in slices, between which other requests proceed.

    Returns:
        The good rows in their order, and what is wrong with the others.

    Raises:
        Malformed: if the body as a whole cannot be read.
        BadRequestFields: if there are too many rows.
    """
    good: list[tuple[Value, ...]] = []
    bad: list[BadRow] = []
    pause = Pauses()
    row = 0
    for facts in given.facts:
        row += len(facts) if isinstance(facts, People) else 1
        _refuse_more(row, most)
        if isinstance(facts, People):
            good += facts.values
        elif isinstance(facts, Beneficiary):
            good.append(facts.values)
        elif isinstance(facts, Malformed):
            if kind == JSON:  # such as a duplicate name, reported with its place in the whole body
                await asyncio.to_thread(_json_rows, body)
                raise facts
            bad.append(BadRow(row, "", "malformed", facts.detail))
        elif isinstance(facts, Wrong):
            bad += _wrong(row, list(pointed(facts.errors)))
        else:
            try:
                good.append(people.person(facts, "").values)
            except BadRequestFields as wrong:
                bad += _wrong(row, wrong.fields)
        await pause()
    return People(people.schema, good), bad


async def written(
    made: Sequence[Prediction], bad: Sequence[BadRow], about: AboutOut | UnsetType, unused: Sequence[str] = ()
) -> bytes:
    """Encode the response to a batch (`BatchOut`) as JSON in slices, between which other requests proceed."""
    predictions = await _array(made, PredictionOut.several)
    envelope = msgspec.json.encode(BatchOut([], [], about, list(unused) or UNSET))
    begin, end = envelope.split(b'[],"errors":[]', 1)
    return b"".join((begin, predictions, b',"errors":', await _array(bad, list), end))


async def _array(values: Sequence[Any], shaped: Callable[[Sequence[Any]], Sequence[object]]) -> bytes:
    pause, parts = Pauses(), []
    for begin in range(0, len(values), _WRITTEN_AT_ONCE):
        parts.append(msgspec.json.encode(shaped(values[begin : begin + _WRITTEN_AT_ONCE]))[1:-1])
        await pause()
    return b"[" + b",".join(parts) + b"]"


def _wrong(row: int, fields: Sequence[BadField]) -> list[BadRow]:
    """Return the errors of a row; of many unknown fields, name the first and count the others."""
    named = fields
    if len(fields) > _MOST_NAMED:
        named = sorted(fields, key=lambda field: field.code == "unknown")[:_MOST_NAMED]
    bad = [BadRow(row, field.pointer, field.code, field.detail) for field in named]
    if more := len(fields) - len(named):
        bad.append(BadRow(row, "", "unknown", f"{more} more fields are not known"))
    return bad


def _refuse_more(rows: int, most: int) -> None:
    if rows > most:
        raise BadRequestFields(
            [
                BadField(
                    "", "range", f"a batch may have at most {most:,} rows: send more of them as a file to POST /jobs"
                )
            ]
        )


def _json_parts(rows: Sequence[msgspec.Raw | bytes], people: PeopleReader) -> Iterator[object]:
    """Read objects together where all of a part are valid, else one by one."""
    for begin in range(0, len(rows), _READ_AT_ONCE):
        part = rows[begin : begin + _READ_AT_ONCE]
        together = people.fast_all(part)
        if together is None:
            yield from (_json_row(row, people) for row in part)
        else:
            yield together


def _json_row(row: msgspec.Raw | bytes, people: PeopleReader) -> object:
    """Read an object by the fast path if it is valid, otherwise by the slow path."""
    text = bytes(row)
    person = people.fast(text)
    if person is not None:
        return person
    try:
        return json_value(text)
    except Malformed as malformed:
        return malformed


def _json_rows(body: bytes) -> list[object]:
    rows = json_value(body)
    if not isinstance(rows, list):
        message = "the body must be a JSON array of beneficiaries"
        raise Malformed(message)
    return rows


def _table(body: bytes, schema: Schema, files: PeopleFiles, column_map: ColumnMap) -> tuple[PeopleTable, TableReading]:
    """Open a CSV and detect its dialect and columns.

    Raises:
        Malformed: if the body is no table in UTF-8.
        BadRequestFields: naming each fact that has no column, or several.
    """
    try:
        body.decode()
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 (byte {error.start})"
        raise Malformed(message) from error
    try:
        table = files.read(io.BytesIO(body), schema, ("text",))
    except UnreadableFile as error:
        message = f"the body is not CSV: {error.detail}"
        raise Malformed(message) from error
    matched = match(table.columns, schema, column_map)
    reading = TableReading.of(schema, matched, column_map, table.cells, semicolons=table.semicolons)
    if wrong := reading.missing:
        raise BadRequestFields(list(pointed(wrong)))
    return table, reading


def _csv_rows(table: PeopleTable, reading: TableReading) -> Iterator[object]:
    try:
        for line in chain.from_iterable(table.batches(_READ_AT_ONCE)):
            if line.broken:
                yield Malformed(f"line {line.number}: {line.broken.detail}")
            else:
                person = reading.person(line.cells)
                yield person if isinstance(person, Beneficiary) else Wrong(_advised(person, reading.schema))
    except UnreadableFile as error:
        message = f"the body is not CSV: {error.detail}"
        raise Malformed(message) from error


def _advised(errors: Sequence[FieldError], schema: Schema) -> Sequence[FieldError]:
    """Add advice to errors about unknown words: how the words can be mapped to choices."""
    return [
        error
        if error.code == "missing" or schema.by_name[error.field].kind.is_numeric
        else replace(error, detail=f"{error.detail}; spellings in the schema say what other words mean")
        for error in errors
    ]
