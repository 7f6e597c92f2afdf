"""Which example plans people start with."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from entrypoints.composition.plans import example_plans
from entrypoints.composition.settings import load


def test_three_examples_are_shipped_in_both_languages() -> None:
    examples = example_plans(load({"profile": "memory"})).plans
    assert [example.key for example in examples] == ["low_premium", "middle", "high_premium"]
    assert all({"en", "es"} <= set(example.title) for example in examples)
    premiums, deductibles = zip(*((example.plan.premium, example.plan.deductible) for example in examples), strict=True)
    assert list(premiums) == sorted(premiums)
    assert list(deductibles) == sorted(deductibles, reverse=True)


def test_settings_name_others(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("deductible: 10\ncoinsurance: 0\nout_of_pocket_maximum: 10\n", encoding="utf-8")
    settings = load({"profile": "memory"}, environment={"MEDCOST_PLANS": f"middle,{own}"})
    assert [example.key for example in example_plans(settings).plans] == ["middle", "own"]


@pytest.mark.parametrize(
    ("plans", "wrong"), [("silver", "there is no plan silver"), (",".join(["middle"] * 5), "5 plans are named")]
)
def test_what_cannot_be_offered_is_refused(plans: str, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=wrong):
        example_plans(load({"profile": "memory"}, environment={"MEDCOST_PLANS": plans}))
