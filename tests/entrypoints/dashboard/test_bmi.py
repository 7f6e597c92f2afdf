"""Height and weight in place of the body mass index."""

import pytest
from nicegui.testing.user import User

from entrypoints.dashboard.locale.speech import Words
from tests.entrypoints.dashboard.simulated_user import enter, field


@pytest.mark.parametrize(
    "measures",
    [
        {"feet": 5, "inches": 5, "pounds": 165},
        {"inches": 65, "pounds": 165},
        {"bmi-units": "metric", "centimetres": 165, "kilograms": 75},
    ],
    ids=["feet", "inches", "metric"],
)
async def test_height_and_weight_give_the_bmi(user: User, measures: dict[str, object]):
    await user.open("/")
    enter(user, bmi=40, **measures)
    assert field(user, "bmi").value == 27.5


async def test_half_a_measure_leaves_the_bmi_alone(user: User):
    await user.open("/")
    enter(user, feet=5, inches=5, pounds=0)
    assert field(user, "bmi").value == 27.5
    enter(user, pounds=None)
    assert field(user, "bmi").value == 27.5


async def test_a_measure_that_makes_no_sense_is_told_as_a_bmi_that_does_not(user: User, words: Words):
    await user.open("/")
    enter(user, **{"bmi-units": "metric", "centimetres": 1.65, "kilograms": 75})
    assert field(user, "bmi").error == "Body mass index (BMI): enter a number from 10 to 70."


@pytest.mark.parametrize(
    ("feet", "inches", "right"), [(5, 40, False), (5, 12, False), (5, 11.5, True), (None, 65, True)]
)
async def test_inches_beside_feet_are_fewer_than_a_foot(user: User, words: Words, feet, inches: float, *, right: bool):
    await user.open("/")
    enter(user, feet=feet, inches=inches, pounds=165)
    assert field(user, "inches").error == ("" if right else words("bmi.inches.range"))
    assert (field(user, "bmi").value != 27.5) == (right and inches != 65)


async def test_a_measure_below_zero_is_marked(user: User, words: Words):
    await user.open("/")
    enter(user, feet=5, inches=5, pounds=-165)
    assert field(user, "pounds").error == words("bmi.measure.range")
    assert field(user, "bmi").value == 27.5
