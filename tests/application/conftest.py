from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.memory.dataset import MemoryDataset
from domain.people.beneficiary import Beneficiary
from domain.people.claims import ClaimRecord
from tests.application.world import World
from tests.support.default_schema import DEFAULT


@pytest.fixture
def ann() -> Beneficiary:
    return Beneficiary.of(
        DEFAULT, {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
    )


@pytest.fixture
def new_world(tmp_path: Path, ann: Beneficiary) -> Callable[[], World]:
    records = [ClaimRecord(ann.changed(age=18 + i % 40), 1000.0 + 37 * i) for i in range(60)]
    numbers = itertools.count()
    return lambda: World(tmp_path / str(next(numbers)), MemoryDataset(DEFAULT, records=records))
