"""Rows written as Parquet, though a column may change its type from row to row: Parquet has one type for all."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.arrow.columns import with_plain_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.people.people_table import Row

_EXACT: Final = 2**53
"""Up to here a float holds every whole number."""


def write_rows(
    file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Row]], types: Mapping[str, pa.DataType]
) -> None:
    """Write batches of rows.

    The rows wait in a temporary file until the last has shown which types there are. Whole numbers and others become
    numbers, objects with other keys become objects with the keys of all; values of other different types become texts,
    and so does a column without any value.

    Args:
        file: open for writing.
        columns: names of the columns.
        rows: the rows in batches.
        types: types of columns that are known beforehand.
    """
    seen: dict[str, set[pa.DataType]] = {name: set() for name in columns}
    long = set[str]()
    sizes: list[int] = []
    with tempfile.TemporaryFile() as waiting:
        for batch in filter(None, rows):
            arrays = [array_of([row.get(name) for row in batch], types.get(name)) for name in columns]
            for name, array in zip(columns, arrays, strict=True):
                seen[name].add(array.type)
                if _is_long(array):
                    long.add(name)
            sink = pa.BufferOutputStream()
            table = pa.RecordBatch.from_arrays(arrays, names=list(columns))
            with pa.ipc.new_stream(sink, table.schema) as stream:
                stream.write_batch(table)
            sizes.append(waiting.write(sink.getvalue()))
        schema = pa.schema([(name, types.get(name) or _common(seen[name], is_long=name in long)) for name in columns])
        waiting.seek(0)
        with pq.ParquetWriter(file, schema) as writer:
            for size in sizes:
                (table,) = pa.ipc.open_stream(waiting.read(size))
                arrays = [_as(column, field.type) for column, field in zip(table.columns, schema, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def array_of(values: Sequence[Any], kind: pa.DataType | None = None) -> pa.Array:
    """Return values as an array: of a type, of their own type, or as texts where they are of several."""
    try:
        array = with_plain_texts(pa.array(values, kind))
    except (pa.ArrowException, OverflowError):
        return _texts(values)
    # Arrow takes true among fractions for 1
    return _texts(values) if pa.types.is_floating(array.type) and bool in map(type, values) else array


def held_by(schema: pa.Schema, table: pa.Table) -> pa.Table:
    """Return a table with the columns of a schema in the types of the schema, which hold all that the table says.

    Raises:
        ValueError: naming a column whose values another type cannot hold.
    """
    columns: list[Any] = []
    for field in schema:
        column = table.column(field.name)
        try:
            columns.append(_cast(column, field.type))
        except pa.ArrowInvalid as error:
            message = f"column {field.name} holds {field.type} at first, and {column.type} later"
            raise ValueError(message) from error
    return pa.table(columns, schema=schema)


def _cast(column: Any, kind: pa.DataType) -> Any:
    """Convert a column where no value is lost: Arrow's own casts also make 3 true, and drop keys of structures."""
    is_number = _is_number(kind) and _is_number(column.type)
    is_text = pa.types.is_string(kind) and not pa.types.is_nested(column.type)
    if is_number or is_text or column.type in (kind, pa.null()):
        return column.cast(kind)
    raise pa.ArrowInvalid


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _is_long(array: pa.Array) -> bool:
    """Return whether a float would round a whole number of an array."""
    return pa.types.is_int64(array.type) and any(abs(value) > _EXACT for value in array.drop_null().to_pylist())


def _common(kinds: set[pa.DataType], *, is_long: bool) -> pa.DataType:
    """Return the type that holds the values of all these; ``is_long``: some whole number is none that a float holds."""
    kinds = kinds - {pa.null()}
    if kinds == {pa.int64(), pa.float64()}:
        return pa.string() if is_long else pa.float64()
    if len(kinds) == 1 or (kinds and all(map(pa.types.is_nested, kinds))):
        merged = _merged(kinds)
        return merged if merged and _can_be_written(merged) else pa.string()
    return pa.string()


def _merged(kinds: set[pa.DataType]) -> pa.DataType | None:
    """Return the type with the keys of all these; None where a key has values of several types."""
    try:
        return pa.unify_schemas([pa.schema([("", kind)]) for kind in kinds]).types[0]
    except pa.ArrowException:
        return None


def _can_be_written(kind: Any) -> bool:
    """Return whether Parquet can hold a type: it knows no objects without keys."""
    if pa.types.is_struct(kind):
        return kind.num_fields > 0 and all(_can_be_written(field.type) for field in kind)
    return _can_be_written(kind.value_type) if pa.types.is_list(kind) else True


def _as(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_null(array.type) or pa.types.is_float64(kind):
        return array.cast(kind)
    return pa.array(array.to_pylist(), kind) if pa.types.is_nested(kind) else _texts(array.to_pylist())


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: object) -> str:
    """Return a value as text: lists, objects and true as JSON writes them."""
    is_json = isinstance(value, bool | dict | list)
    return msgspec.json.encode(value, enc_hook=str).decode() if is_json else str(value)
