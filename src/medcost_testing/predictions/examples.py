"""A prediction, as the suite records it."""

from datetime import UTC, datetime
from typing import Final

from domain.costs.chance import Chance
from domain.costs.distribution import Interval
from domain.costs.prediction import Caution, ModelReference, NewPrediction
from medcost_testing.people import CLINIC, patient

NOON: Final = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
ANN: Final = patient(CLINIC, plan="gold", stay=4, income=27123.456789)
NEW: Final = NewPrediction(
    created_at=NOON,
    beneficiary=ANN,
    expected=8210.37,
    typical=6520.01,
    interval=Interval(0.9, 5030.0, 18390.99),
    cautions=(Caution("stay_beyond_data", "stay", "Nobody stayed so long."),),
    model=ModelReference(3, "d" * 64),
    chance=Chance(0.123457),
)
