"""A data set of another package is an option of the configuration, with the options that its signature says."""

from importlib.metadata import EntryPoint

import pytest

from entrypoints.composition.plugins import dataset_in

POINT = EntryPoint("rows", "somewhere:rows", "medcost.datasets")


def rows(schema, *, table: str, limit: int = 100):
    return schema, table, limit


def positional(schema, table: str):
    return schema, table


def untyped(schema, *, table):
    return schema, table


def test_options_are_read_from_the_signature():
    plugin = dataset_in(POINT, rows)
    assert plugin.defaults == {"table": "???", "limit": 100}
    assert plugin.make is rows


@pytest.mark.parametrize(
    ("offered", "fault"),
    [
        (positional, "options by keyword, with types; see table"),
        (untyped, "options by keyword, with types; see table"),
        ("a text", "it must name a class or function, not a str"),
    ],
)
def test_what_takes_no_typed_options_is_refused(offered, fault):
    with pytest.raises(TypeError, match=fault):
        dataset_in(POINT, offered)
