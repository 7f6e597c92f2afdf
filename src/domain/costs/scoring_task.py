"""What is to be done with a file of people that was given to be scored in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import quote

from domain.people.matching import ColumnMap
from domain.people.table_reading import ReadingRules

if TYPE_CHECKING:
    from domain.people.cells import DecimalSign
    from domain.people.fact import Value
    from domain.people.schema import Schema


class FileKind(StrEnum):
    """Kinds of files of people; each is the ending of their names."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """Return the media type of files of this kind."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Final = {
    FileKind.CSV: "text/csv",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PARQUET: "application/vnd.apache.parquet",
    FileKind.JSONL: "application/x-ndjson",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringTask:
    """A file of people, how it is read, and as what its answers are written.

    Args:
        folder: holds the job's files, see `JobFiles`.
        name: the name of the file, as whoever gave it calls it.
        source: the kind of the file.
        result: the kind of the file of answers.
        columns: column of the file to what it holds, see `ColumnMap`.
        words: what cells mean, see there.
        without: facts that the file does not hold, whatever its columns are called.
        turned: facts whose column is read the other way round.
        decimal: the decimal sign; empty to go by the cells.
        sheet: the sheet of a workbook; empty for the first.
        above: an amount; the chance of costing more is among the answers. None for no such chance.
    """

    folder: str
    name: str
    source: FileKind
    result: FileKind
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, Mapping[str, Value]] = field(default_factory=dict[str, Mapping[str, "Value"]])
    without: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()
    decimal: str = ""
    sheet: str = ""
    above: float | None = None

    @property
    def disposition(self) -> str:
        r"""Return the ``Content-Disposition`` of the answers (RFC 6266): their file's name ends in ``-costs``.

        >>> ScoringTask(folder="f", name="a/b c.csv", source=FileKind.CSV, result=FileKind.XLSX).disposition
        'attachment; filename="costs.xlsx"; filename*=UTF-8\'\'b%20c-costs.xlsx'
        """
        stem = self.name.rpartition("/")[2].rpartition(".")[0] or "people"
        return f"attachment; filename=\"costs.{self.result}\"; filename*=UTF-8''{quote(f'{stem}-costs.{self.result}')}"

    @classmethod
    def of_json(cls, task: Mapping[str, object]) -> Self:
        """Read what `as_json` gave."""
        given: dict[str, Any] = dict(task)
        for name in ("source", "result"):
            given[name] = FileKind(given[name])
        for name in ("without", "turned"):
            given[name] = tuple(given[name])
        return cls(**given)

    def as_json(self) -> dict[str, object]:
        """Return it as JSON has it.

        >>> task = ScoringTask(folder="f", name="a.csv", source=FileKind.CSV, result=FileKind.XLSX, turned=("smoker",))
        >>> ScoringTask.of_json(task.as_json()) == task
        True
        """
        return {
            **asdict(self),
            "source": self.source.value,
            "result": self.result.value,
            "without": [*self.without],
            "turned": [*self.turned],
        }

    def rules(self, schema: Schema) -> ReadingRules:
        """Return how the file is read."""
        sign = cast("DecimalSign", self.decimal)
        column_map = ColumnMap(self.columns, self.words, frozenset(self.turned), sign, frozenset(self.without))
        return ReadingRules(schema, column_map, self.sheet)
