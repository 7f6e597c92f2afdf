"""The sample person of the tests, as each side of the house writes it down."""

from typing import Final

from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

ANN_FACTS: Final[dict[str, object]] = {
    "age": 40,
    "sex": "female",
    "bmi": 27.5,
    "children": 1,
    "smoker": False,
    "region": "northeast",
}
"""Ann as the API is told about her."""

ANN: Final = Beneficiary.of(DEFAULT, ANN_FACTS)
