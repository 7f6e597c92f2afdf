"""A prediction, as tests record it."""

from datetime import UTC, datetime

from domain.costs.chance import Chance
from domain.costs.distribution import Interval
from domain.costs.prediction import Caution, ModelReference, NewPrediction
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ANN = Beneficiary(DEFAULT, (40, "female", 27.123456789, 1, False, "northeast"))
NEW = NewPrediction(
    created_at=NOON,
    beneficiary=ANN,
    expected=8210.37,
    typical=6520.01,
    interval=Interval(0.9, 5030.0, 18390.99),
    cautions=(Caution("age_beyond_data", "age", "Nobody is so old."),),
    model=ModelReference(3, "d" * 64),
    chance=Chance(0.123457),
)
