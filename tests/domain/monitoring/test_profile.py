from domain.monitoring.profile import Profile
from tests.support.default_schema import DEFAULT
from tests.support.other_people import CLINIC

ANN, BOB, JO = (40, 0, 27.6, 0, 1, 3), (18, 1, 30.0, 0, 0, 3), (40, 1, 31.2, 2, 0, 0)


def profile(*people):
    return Profile.of(DEFAULT, zip(*people, strict=True))


def test_each_fact_is_counted_by_itself():
    counts = profile(ANN, BOB, JO).counts
    assert counts["age"] == ((18.0, 1), (40.0, 2))
    assert counts["bmi"] == ((27.5, 1), (30.0, 1), (31.0, 1))
    assert profile(ANN, BOB, JO).shares("smoker") == {0.0: 2 / 3, 1.0: 1 / 3}


def test_a_sample_spreads_like_the_people_though_its_rows_are_nobodys():
    sample = profile(ANN, BOB, JO).sample(DEFAULT)
    assert [sorted(column) for column in zip(*sample.facts, strict=True)] == [
        [18, 40, 40], [0, 1, 1], [27.5, 30, 31], [0, 0, 2], [0, 0, 1], [0, 3, 3],
    ]  # fmt: skip


def test_of_many_people_a_sample_keeps_the_shares():
    sample = profile(*[ANN] * 15_000, *[BOB] * 5_000).sample(DEFAULT)
    ages = [age for age, *_ in sample.facts]
    assert (len(ages), ages.count(18)) == (5000, 1250)


def test_nobody_is_a_profile_too():
    nobody = Profile.of(DEFAULT, [()] * 6)
    assert (len(nobody), nobody.counts["age"]) == (0, ())


def test_a_usual_value_is_in_the_middle_or_the_commonest():
    usual = {fact.name: profile(ANN, BOB, JO).usual(fact) for fact in DEFAULT.facts}
    assert usual == {"age": 40, "sex": 1, "bmi": 30, "children": 0, "smoker": 0, "region": 3}
    assert Profile.of(DEFAULT, [()] * 6).usual(DEFAULT.facts[0]) is None


def test_a_sample_has_the_gaps_of_the_people():
    nan = float("nan")
    people = [(6, 1, nan, 0, 1000.0)] * 30 + [(6, 1, 130.0, 0, 1000.0)] * 10
    counted = Profile.of(CLINIC, zip(*people, strict=True))
    assert (counted.gaps("pressure"), counted.gaps("visits")) == (0.75, 0.0)
    pressures = [pressure for _, _, pressure, *_ in counted.sample(CLINIC).facts]
    assert (len(pressures), pressures.count(130.0)) == (40, 10)
    assert counted.usual(CLINIC.by_name["pressure"]) is None  # most people did not give it
