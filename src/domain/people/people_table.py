"""Uploaded tables of people: their lines, and the columns that are added to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from domain.people.beneficiary import Beneficiary
from domain.people.contract import Violation
from domain.people.matching import ColumnMap, Matched, denies
from domain.people.meaning import shown
from domain.people.table_reading import TableReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from domain.errors import FieldError
    from domain.people.matching import Matching
    from domain.people.schema import Schema

Row: TypeAlias = Mapping[str, object]


class Line(NamedTuple):
    """One row of a table, as it stands in the file.

    Args:
        number: as a spreadsheet numbers it: the names of the columns stand in line 1, empty lines count.
        cells: by column; of a malformed row, its existing cells.
        broken: why the row cannot be read, None if it can.
        fields: number of cells of a row with too few or too many; 0 for other rows.
    """

    number: int
    cells: Row
    broken: FieldError | None = None
    fields: int = 0


LINE: Final = "file_line"
"""The column that is added before each row: its number in the file."""
LEFT_OUT: Final = "left_out"
"""The column that is added after each row: why it has no answer, empty if it has one."""
NOTICE: Final = "data_notice"
"""The column that is added last: that the answers rest on invented people, empty if they do not."""
ANSWERS: Final = ("expected", "typical", "low", "high", "chance_zero", "warnings", "model_version")
"""Columns that are added to each row: money, a probability, codes of cautions with spaces between, the version."""
ABOVE: Final = "chance_above"
"""The column that follows them if an amount is given: the probability of costing more."""


def chosen_reading(
    schema: Schema,
    columns: Sequence[str],
    matching: Matching,
    cells: Callable[[str], Iterable[object]],
    *,
    semicolons: bool = False,
) -> TableReading:
    """Return the reading of a table with chosen columns.

    A column whose name denies (``smoker_no``) is read the other way round, since a person has chosen it.

    Args:
        schema: which facts there are.
        columns: the columns of the table.
        matching: the column that was chosen for each fact.
        cells: gives the first cells of a column.
        semicolons: whether semicolons separate its cells.

    >>> from tests.support.default_schema import DEFAULT
    >>> table = chosen_reading(DEFAULT, ["Fuma no"], {"smoker": "Fuma no"}, lambda _: ())
    >>> table.value("smoker", {"Fuma no": "Sí"})
    False
    """
    turned = frozenset(name for name, column in matching.items() if denies(column, schema.by_name[name]))
    unused = [column for column in columns if column not in matching.values()]
    matched, column_map = Matched(matching, {}, unused), ColumnMap(turned=turned)
    return TableReading.of(schema, matched, column_map, cells, semicolons=semicolons)


def person_or_violations(line: Line, reading: TableReading) -> Beneficiary | list[Violation]:
    """Return the person of a line, or the broken rules of the line with the values found."""
    if line.broken:
        fields = str(line.fields or "")
        return [Violation(line.number, line.broken.field, line.broken.code, line.broken.detail, fields, line.number)]
    person = reading.person(line.cells)
    if isinstance(person, Beneficiary):
        return person
    return [
        Violation(
            line.number, fact.field, fact.code, fact.detail, shown(reading.cell(fact.field, line.cells)), line.number
        )
        for fact in person
    ]


def reason(violations: Iterable[Violation]) -> str:
    """Say why a row was left out: each broken rule with the value found.

    >>> reason([Violation(1, "age", "range", "must be 18 to 100", "7"), Violation(1, "sex", "missing", "is required")])
    'age must be 18 to 100, found 7; sex is required, found nothing'
    """
    return "; ".join(
        violation.detail
        if violation.column == "all"
        else f"{violation.column} {violation.detail}, found {violation.value or 'nothing'}"
        for violation in violations
    )
