"""The words of the pages, for tests that need no page."""

from __future__ import annotations

from typing import Final

from adapters.yaml.schema_file import read_schema
from domain.people.schema import Schema
from entrypoints.composition.schema import named_schema
from entrypoints.dashboard.locale.speech import Words

INSURANCE: Final[Schema] = read_schema(named_schema("insurance"))
"""The default schema with its words for people."""


def words_in(language: str, schema: Schema = INSURANCE) -> Words:
    """Return the words of a language about the facts of a schema."""
    return Words(language, schema)
