"""A family of another package is held against what a family must be, and against what a model folder may name."""

import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge

from adapters.sklearn.families import FAMILIES, family_named, trusted_types
from adapters.sklearn.family import Family
from adapters.sklearn.plugins import family_in
from domain.errors import ConfigurationError
from domain.models.model import FloatRange

PLAIN = Family("ridge", lambda settings, seed, schema: Ridge(**settings), {"alpha": 1.0}, ("none",))
POINT = EntryPoint("ridge", "planted_package:FAMILY", "medcost.families")


@pytest.fixture
def package():
    """Give a module of the plug-in's package, which ends with the test."""
    module = ModuleType("planted_package")
    sys.modules["planted_package"] = module
    yield module
    del sys.modules["planted_package"]


def planted(package, name, **members):
    setattr(package, name, type(name, (BaseEstimator,), {"__module__": "planted_package", **members}))
    return (f"planted_package.{name}",)


def test_a_family_with_a_space_and_its_own_class_may_be_used(package):
    family = replace(PLAIN, space={"alpha": FloatRange(0.1, 10)}, types=planted(package, "Plain"))
    assert family_in(POINT, family) is family


@pytest.mark.parametrize(
    ("offered", "fault"),
    [
        (Ridge, "it must name an adapters.sklearn.family.Family, not a ABCMeta"),
        (replace(PLAIN, transforms=("root",)), "its transforms must be some of log, none, power, quantile"),
        (replace(PLAIN, transforms=()), "its transforms must be some of"),
        (replace(PLAIN, space={"beta": FloatRange(0, 1)}), "its search space names beta, of which there is no default"),
        (replace(PLAIN, types=("os.system",)), "may trust classes of its own package 'planted_package' only"),
        (replace(PLAIN, types=("builtins.eval",)), "may trust classes of its own package"),
        (replace(PLAIN, types=("sklearn.utils.Bunch",)), "may trust classes of its own package"),
        (replace(PLAIN, types=("planted_package.none",)), "which is no class"),
    ],
)
def test_what_is_no_family_of_its_package_is_refused(package, offered, fault):
    with pytest.raises((TypeError, ValueError), match=fault):
        family_in(POINT, offered)


@pytest.mark.parametrize("method", ["__reduce__", "__setstate__", "__new__"])
def test_a_class_whose_code_would_run_while_a_folder_is_loaded_is_refused(package, method):
    types = planted(package, "Busy", **{method: lambda *_: None})
    with pytest.raises(ValueError, match=f"{method} would run while a model folder is loaded"):
        family_in(POINT, replace(PLAIN, types=types))


def test_without_plug_ins_there_are_our_families_and_our_types():
    assert trusted_types() == ()
    with pytest.raises(ConfigurationError, match=f"there are {', '.join(FAMILIES)}$"):
        family_named("ridge")
