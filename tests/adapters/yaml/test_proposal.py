"""A proposed schema as a file: it reads back as what was proposed, whatever the columns are called."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.arrow.profiling import contents_of
from adapters.yaml.proposal import written
from adapters.yaml.schema_file import schema_of
from domain.people.column_content import ColumnContent
from domain.people.inference import propose


def test_a_file_of_a_foreign_shape_becomes_a_schema(tmp_path):
    file = tmp_path / "policies.csv"
    rows = [f"{30 + i};{'M' if i % 2 else 'F'};{i % 2};{1500 + 37 * i},50" for i in range(40)]
    file.write_text("Policies of 2024\nHolderYears;Sex;HasCover;AnnualCost\n" + "\n".join(rows), encoding="utf-8-sig")
    proposal = propose(contents_of(file), name="policies")
    schema = schema_of(written(proposal, source="policies.csv"))
    assert schema.digest == proposal.schema.digest
    assert schema.names == ("holder_years", "sex", "has_cover")
    assert schema.by_name["sex"].choices == ("F", "M")
    assert schema.cost.column == "AnnualCost"


@given(
    st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6, unique=True),
    st.lists(st.text(max_size=8), min_size=30, max_size=30),
)
def test_whatever_columns_and_cells_are_called_the_file_keeps_the_rules(names, cells):
    columns = []
    for shift, name in enumerate(names):
        content = ColumnContent(name)
        for row in range(30):
            content.add(cells[(row * (shift + 1)) % 7])
        columns.append(content)
    stay, cost = ColumnContent("stay in days"), ColumnContent("the cost of all")
    for row in range(30):
        stay.add(row % 9)
        cost.add(row * 100.25)
    proposal = propose([*columns, stay, cost], name="table", cost="the cost of all")
    assert schema_of(written(proposal, source="a\nb")).digest == proposal.schema.digest
