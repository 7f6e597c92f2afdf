"""What docs/monitoring.md says of simulated months, of one family and fewer of them: a changed threshold shows here."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.training

CHAMPIONS, MONTHS, LARGE_MONTHS = 2, 50, 4


@pytest.fixture(scope="module")
def simulated():
    """Months with an alarm, by what happened and how many asked, and what the alarms were; every draw is seeded."""
    from benchmarks.months import simulate

    return simulate("linear", trainings=CHAMPIONS, months=MONTHS, large=LARGE_MONTHS, pool=20_000)


def test_of_a_hundred_quiet_months_five_at_most_have_an_alarm(simulated):
    from benchmarks.months import LARGE, SMALL

    alarmed, _ = simulated
    assert alarmed["nothing", SMALL] <= 5
    # eight would have two with a chance of 6 %, were it one in twenty
    assert alarmed["nothing", LARGE] <= 1


@pytest.mark.parametrize(
    ("happened", "alarm"),
    [("ages + 5 years", "drift:age"), ("smokers doubled", "drift:smoker"), ("costs + 15 %", "drift:pit")],
)
def test_what_happened_is_found_in_its_first_month(simulated, happened, alarm):
    from benchmarks.months import LARGE, SMALL

    alarmed, alarms = simulated
    # by chance few of the smokers ask in three small months of a hundred
    assert alarmed[happened, SMALL] >= 95
    assert alarmed[happened, LARGE] == CHAMPIONS * LARGE_MONTHS
    assert alarms[happened][alarm] >= 95
