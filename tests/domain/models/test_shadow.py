"""How differently two models answer, added up one prediction at a time."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.costs.distribution import Interval
from domain.costs.prediction import ModelReference, Prediction
from domain.models.shadow import GroupDifferences, Spread, Tally
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, Sex

ANN = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
BOB = ANN.changed(sex=Sex.MALE, smoker=True)


def prediction(number, who=ANN):
    return Prediction(
        id=UUID(int=number), created_at=datetime(2026, 1, 1, tzinfo=UTC), beneficiary=who, expected=1000.0,
        typical=800.0, interval=Interval(0.9, 500.0, 2000.0), cautions=(), model=ModelReference(1, "d"),
    )  # fmt: skip


@pytest.fixture
def tally():
    counted = Tally(DEFAULT)
    for number, difference in enumerate((-30.0, 10.0, 20.0, 400.0)):
        counted.add(prediction(number, BOB if difference > 100 else ANN), 1000 + difference, 800.0)
    return counted


def test_mean_size_and_quantiles_are_those_of_the_differences(tally):
    everybody, smokers, *_ = tally.groups()
    assert (everybody.group, everybody.predictions) == ("all", 4)
    assert everybody.expected == Spread(
        mean=(-30 + 10 + 20 + 400) / 4,
        mean_absolute=(30 + 10 + 20 + 400) / 4,
        p5=-30.0, median=10.0, p95=400.0,
    )  # fmt: skip
    assert everybody.typical == Spread(mean=0, mean_absolute=0, p5=0, median=0, p95=0)
    assert isinstance(smokers, GroupDifferences)
    assert (smokers.group, smokers.predictions, smokers.expected.median) == ("smoker=yes", 1, 400.0)


def test_groups_that_nobody_belongs_to_are_left_out(tally):
    assert "obese=yes" not in {group.group for group in tally.groups()}


def test_those_who_would_change_most_come_first_however_many_come_after(tally):
    for number in range(100, 200):
        tally.add(prediction(number), 1001.0, 800.0)
    movers = tally.movers()
    assert len(movers) == 10
    assert [mover.difference for mover in movers[:4]] == [400.0, -30.0, 20.0, 10.0]


def test_of_nobody_there_is_nothing_to_tell():
    assert Tally(DEFAULT).groups() == ()
    assert list(Tally(DEFAULT).movers()) == []
