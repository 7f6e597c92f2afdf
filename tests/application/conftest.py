from __future__ import annotations

import pytest

from domain.beneficiary import Beneficiary


@pytest.fixture
def ann() -> Beneficiary:
    return Beneficiary.of(
        {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
    )
