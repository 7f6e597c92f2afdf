"""The schema of this home: a user's file, the home's own copy, or a schema that comes with Medcost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from adapters.common.schema_json import schema_to_json
from adapters.local.home import Home
from adapters.yaml.schema_file import InvalidSchemaFile, read_schema
from domain.errors import ConfigurationError
from entrypoints.composition.settings import TREE

if TYPE_CHECKING:
    from domain.people.schema import Schema
    from domain.people.schema_rules import SchemaProblem
    from entrypoints.composition.settings import Settings

DEFAULT_NAME: Final = "insurance"

_SHIPPED: Final = TREE / "config" / "schema"


def schema_path(settings: Settings) -> Path:
    """Return the file that holds the schema of a home.

    Raises:
        ConfigurationError: if the settings name a schema that is not there.
    """
    if settings.schema:
        return named_schema(settings.schema)
    own = Home(settings.home).schema
    return own if own.is_file() else named_schema(DEFAULT_NAME)


def named_schema(name: str) -> Path:
    """Return the file of a schema, given by its path or by its name in ``config/schema``.

    Raises:
        ConfigurationError: if there is none.
    """
    shipped = {file.stem: file for file in sorted(_SHIPPED.glob("*.yaml"))}
    if name in shipped:
        return shipped[name]
    if not Path(name).is_file():
        message = f"there is no schema {name}: give the path of a file, or one of {', '.join(shipped)}"
        raise ConfigurationError(message)
    return Path(name)


def home_schema(settings: Settings) -> Schema:
    """Read the schema of a home.

    Raises:
        ConfigurationError: if the settings name a schema that is not there.
        InvalidSchemaFile: naming every mistake in it.
    """
    return read_schema(schema_path(settings))


def checked_schema(file: Path) -> tuple[Schema | None, tuple[tuple[int | None, SchemaProblem], ...]]:
    """Read a schema from a file; return it or its mistakes, each with its line number if it has one."""
    try:
        return read_schema(file), ()
    except InvalidSchemaFile as invalid:
        return None, invalid.problems


def schema_document(schema: Schema) -> dict[str, object]:
    """Return a schema as a JSON document."""
    return msgspec.json.decode(schema_to_json(schema), type=dict[str, object])
