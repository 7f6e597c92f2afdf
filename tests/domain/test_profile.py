from domain.profile import Profile

ANN, BOB, JO = (40, 0, 27.6, 0, 1, 3), (18, 1, 30.0, 0, 0, 3), (40, 1, 31.2, 2, 0, 0)


def profile(*people):
    return Profile.of(zip(*people, strict=True))


def test_each_fact_is_counted_by_itself():
    counts = profile(ANN, BOB, JO).counts
    assert counts["age"] == ((18.0, 1), (40.0, 2))
    assert counts["bmi"] == ((27.5, 1), (30.0, 1), (31.0, 1))
    assert profile(ANN, BOB, JO).shares("smoker") == {0.0: 2 / 3, 1.0: 1 / 3}


def test_a_sample_spreads_like_the_people_though_its_rows_are_nobodys():
    sample = profile(ANN, BOB, JO).sample()
    assert [sorted(column) for column in zip(*sample.facts, strict=True)] == [
        [18, 40, 40], [0, 1, 1], [27.5, 30, 31], [0, 0, 2], [0, 0, 1], [0, 3, 3],
    ]  # fmt: skip


def test_of_many_people_a_sample_keeps_the_shares():
    sample = profile(*[ANN] * 15_000, *[BOB] * 5_000).sample()
    ages = [age for age, *_ in sample.facts]
    assert (len(ages), ages.count(18)) == (5000, 1250)


def test_nobody_is_a_profile_too():
    nobody = Profile.of([()] * 6)
    assert (len(nobody), nobody.counts["age"]) == (0, ())
