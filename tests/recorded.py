"""A prediction, as tests record it."""

from datetime import UTC, datetime

from domain.beneficiary import Beneficiary, Region, Sex
from domain.cost import Interval
from domain.prediction import Caution, ModelReference, NewPrediction

NOON = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ANN = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.123456789, children=1, smoker=False, region=Region.NORTHEAST)
NEW = NewPrediction(
    created_at=NOON,
    beneficiary=ANN,
    expected=8210.37,
    typical=6520.01,
    interval=Interval(0.9, 5030.0, 18390.99),
    cautions=(Caution("age_beyond_data", "age", "Nobody is so old."),),
    model=ModelReference(3, "d" * 64),
)
