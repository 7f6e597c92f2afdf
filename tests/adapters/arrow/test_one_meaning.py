"""Random schemas and random cells: training, `predict`, the batch page and the API mean the same by each row.

The batch page and the API's CSV read row by row (`TableReading.person`), `predict` and training whole columns.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.facts import facts_of
from adapters.arrow.people_files import ArrowPeopleFiles
from adapters.arrow.reading import PeopleReader
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.matching import ColumnMap, match
from domain.people.schema import CostColumn, Schema
from domain.people.table_reading import ReadingRules, TableReading

if TYPE_CHECKING:
    from pathlib import Path

CHOICES = ("north", "south east", "0", "n/a")
NUMBERS = st.one_of(
    st.integers(-2, 130).map(str),
    st.floats(0, 200).map(repr),
    st.decimals(0, 10**6, places=2).map(lambda value: f"${value:,}"),
    st.sampled_from(["27,1", "1,234", "1.234", "1.234,5", " 44 ", "44.0", "1e2", "4 120.50", "½", "-"]),
)
WORDS = st.sampled_from(
    [
        "North",
        "n",
        "SOUTH-EAST",
        "south_east",
        "se",
        "0",
        "0.0",
        "n/a",
        "N/A",
        "east",
        "yes",
        "No",
        "TRUE",
        "sí",
        "1",
        "",
    ]
)


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    facts: list[Fact] = []
    for i, kind in enumerate(draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=5))):
        open_ = draw(st.booleans())
        if kind is Kind.CHOICE:
            spellings = {"north": ("n",), "south east": ("se", "1")}
            facts.append(
                Fact(
                    name=f"f{i}",
                    kind=kind,
                    choices=CHOICES,
                    spellings=spellings,
                    may_be_missing=open_,
                    aliases=(f"also {i}",),
                )
            )
        else:
            low, high = draw(st.sampled_from([(None, None), (0.0, 100.0)])) if kind.is_numeric else (None, None)
            facts.append(Fact(name=f"f{i}", kind=kind, low=low, high=high, may_be_missing=open_, column=f"Fact {i}"))
    return Schema(name="random", cost=CostColumn("paid"), facts=tuple(facts))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Schema, list[str], list[list[str]]]:
    schema = draw(schemas())
    names = [*(draw(st.sampled_from((fact.header.upper(), fact.name, *fact.aliases))) for fact in schema.facts), "PAID"]
    cells = [st.one_of(NUMBERS if fact.kind.is_numeric else WORDS, NUMBERS | WORDS) for fact in schema.facts]
    rows = draw(st.lists(st.tuples(*cells, NUMBERS), min_size=1, max_size=8))
    return schema, [*names, "note"], [[*row, "x"] for row in rows]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tables())
def test_each_row_means_the_same_wherever_it_comes_in(
    tmp_path: Path, table: tuple[Schema, list[str], list[list[str]]]
) -> None:
    schema, names, rows = table
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    file = tmp_path / "random.csv"
    file.write_text(text.getvalue())

    (batch,) = PeopleReader(file, ReadingRules(schema)).batches(100)
    numbers, good, broken = facts_of(batch)

    page = ArrowPeopleFiles().read(io.BytesIO(text.getvalue().encode()), schema)
    reading = TableReading.of(schema, match(page.columns, schema, ColumnMap()), ColumnMap(), page.cells)
    (lines,) = page.batches(100)
    for i, line in enumerate(lines):
        person = reading.person(line.cells)
        assert isinstance(person, Beneficiary) == good[i]
        if isinstance(person, Beneficiary):
            np.testing.assert_array_equal(numbers[i], person.as_numbers())
        else:
            assert person == [error for at, error in broken if at == i]

    sample = ClaimsFile(file, ReadingRules(schema)).readable()
    facts = np.asarray(sample.facts)
    np.testing.assert_array_equal(facts[good], numbers[good])
    assert np.isnan(facts[[i for i, error in broken if error.field == schema.names[0]], 0]).all()
