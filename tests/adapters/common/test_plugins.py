"""A plug-in that cannot be used is named with its entry point, and takes nothing else with it."""

from importlib.metadata import EntryPoint

import pytest

from adapters.common.plugins import plugins


def read(point, offered):
    if not isinstance(offered, str):
        message = "it must be a text"
        raise TypeError(message)
    return offered


def loaded(*points, taken=()):
    return plugins(
        "medcost.test", read, taken=taken, offered=[EntryPoint(name, value, "medcost.test") for name, value in points]
    )


def test_what_can_be_used_is_used_whatever_is_wrong_with_others():
    offered = loaded(("letters", "string:ascii_letters"), ("away", "no_such_module:thing"), ("number", "math:pi"))
    assert offered.usable == {"letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert offered.faults.keys() == {"away", "number"}


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("away", "no_such_module:thing", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("lacking", "string:no_such_thing", "AttributeError: module 'string' has no attribute 'no_such_thing'"),
        ("number", "math:pi", "TypeError: it must be a text"),
        ("Name", "string:digits", "its name must be a lower-case word, such as my_family"),
        ("ours", "string:digits", "its name is taken: ours, or another package's"),
    ],
)
def test_a_fault_says_which_entry_point_and_why(name, value, fault):
    offered = loaded((name, value), taken={"ours"})
    assert not offered.usable
    beginning = f"entry point medcost.test: {name} = {value!r} of a package without metadata cannot be used: "
    assert offered.faults == {name: beginning + fault}


def test_of_two_packages_with_one_name_neither_is_used():
    offered = loaded(("digits", "string:digits"), ("digits", "string:hexdigits"))
    assert not offered.usable
    assert "its name is taken" in offered.faults["digits"]


def test_the_same_package_found_twice_is_used():
    assert loaded(("digits", "string:digits"), ("digits", "string:digits")).usable == {"digits": "0123456789"}
