"""Claims in a JSON file, a list of objects: a source of rows of another package."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.memory.dataset import MemoryDataset
from domain.errors import ClaimsRejected, InvalidInput
from domain.people.claims import ClaimRecord
from domain.people.origin import DataOrigin
from domain.people.schema import Schema
from domain.ports.dataset import ClaimsDataset


def json_claims(schema: Schema, *, path: str, synthetic: bool = False) -> ClaimsDataset:
    """Read claims from a file.

    Args:
        schema: which facts an object holds, beside its cost.
        path: of the file.
        synthetic: whether the people are invented.

    Raises:
        ClaimsRejected: if the file cannot be read, or an object breaks a rule of the schema; the text says which.
    """
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as JSON: {error}"
        raise ClaimsRejected(message) from error
    records: list[ClaimRecord] = []
    for number, row in enumerate(rows, 1):
        try:
            records.append(ClaimRecord.of(schema, row))
        except InvalidInput as broken:
            message = f"{path}, object {number}: {broken}"
            raise ClaimsRejected(message) from broken
    return MemoryDataset(schema, records, DataOrigin("json", f"the file {Path(path).name}", synthetic=synthetic))
