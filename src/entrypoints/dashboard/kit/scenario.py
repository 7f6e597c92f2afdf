"""Somebody who differs from the person in one fact."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Final

from domain.beneficiary import REGIONS, Beneficiary
from domain.errors import InvalidBeneficiary
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.charts import Scale
from entrypoints.dashboard.kit.fields import SelectField
from entrypoints.dashboard.kit.measures import age_field, bmi_field
from entrypoints.dashboard.kit.shell import html, tag, text
from entrypoints.dashboard.kit.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.prediction import Estimate
    from entrypoints.dashboard.words.speech import Words

_YEARS: Final = 10
_HEALTHY_BMI: Final = 22.0
_RETIRING: Final = 64


class Scenario:
    """One column: who is compared, and what a year of theirs costs. The first column is the person as entered."""

    def __init__(self, words: Words, number: int, change: str, *, on_change: Callable[[], object]) -> None:
        self._words = words
        name = f"scenario-{number}"
        with tag("div", "scenario").props(f'role=group aria-labelledby="{name}-title"'):
            text("h3", words("what_if.other", number=number), "veiled").props(f'id="{name}-title"')
            self._change = SelectField(
                name=name, value=change, label=words("what_if.who"), options=self._options(smoker=False), kept=True
            )
            # the style sheet shows the one that the list above asks for, without waiting for the server
            self._age = age_field(words, name=f"{name}-age", value=_RETIRING)
            self._age.classes("if-age")
            self._bmi = bmi_field(words, name=f"{name}-bmi", value=_HEALTHY_BMI, label=words("what_if.bmi.label"))
            self._bmi.classes("if-bmi")
            self._spoken = Spoken()
            self._figures = html("", "figures").props("aria-live=off")
        for field in (self._change, self._age, self._bmi):
            field.on_value_change(on_change)

    def of(self, who: Beneficiary) -> Beneficiary | None:
        """Give the person to compare with; None if nobody is chosen or the change breaks a rule, which is then said."""
        self._change.offer(self._options(smoker=who.smoker))
        self._age.error = self._bmi.error = self._change.error = ""
        self._spoken("")
        try:
            return self._changed(who)
        except InvalidBeneficiary as broken:
            (error,) = broken.errors
            marked = {"age": self._age, "bmi": self._bmi}.get(str(self._change.value), self._change)
            marked.error = self._words.error(error)
            self._spoken(marked.error)
            return None

    def _changed(self, who: Beneficiary) -> Beneficiary | None:
        changes: dict[object, dict[str, object]] = {
            "smoking": {"smoker": not who.smoker},
            "older": {"age": who.age + _YEARS},
            "younger": {"age": who.age - _YEARS},
            "age": {"age": self._age.value},
            "bmi": {"bmi": self._bmi.value},
            "child": {"children": who.children + 1},
            **{region.value: {"region": region} for region in REGIONS},
        }
        change = changes.get(self._change.value)
        return replace(who, **change) if change else None

    def busy(self) -> None:
        """Grey the numbers."""
        self._figures.props("aria-busy=true")

    def show(self, estimate: Estimate | None, base: Estimate, scale: Scale) -> None:
        """Show what a year of theirs costs, and how many dollars lie between the two; None: nobody is chosen."""
        words = self._words
        self._figures.props(remove="aria-busy")
        if estimate is None:
            self._figures.content = f'<p class="empty">{escape(words("what_if.nobody"))}</p>'
            return
        said = gap(estimate.cost.typical - base.cost.typical, words)
        self._figures.content = figures(estimate, words, scale, base, said)

    def _options(self, *, smoker: bool) -> list[tuple[str, str]]:
        words = self._words
        keys = ["older", "younger", "age", "bmi", "child"]
        return [
            ("none", words("what_if.none")),
            ("smoking", words("what_if.nonsmoker" if smoker else "what_if.smoker")),
            *((key, words(f"what_if.{key}")) for key in keys),
            *((region.value, words("what_if.region", region=words(f"region.{region.value}"))) for region in REGIONS),
        ]


def figures(estimate: Estimate, words: Words, scale: Scale, base: Estimate, said: str) -> str:
    """Say what a year of one column costs; its range is a bar on the scale that all columns share.

    ``said`` is the paragraph after the typical year.
    """
    cost, likely = estimate.cost, estimate.cost.interval()
    bounds = words("range.value", low=words.usd(likely.low), high=words.usd(likely.high))
    left, right = scale.percent(likely.low), scale.percent(likely.high)
    return (
        f'<p class="label">{escape(words("typical"))}</p><p class="fact-number">{words.usd(cost.typical)}</p>{said}'
        f'<div class="span" aria-hidden="true"><i class="reach" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'
        f'<i class="base" style="left:{scale.percent(base.cost.typical):.2f}%"></i>'
        f'<i class="point solid" style="left:{scale.percent(cost.typical):.2f}%"></i></div>'
        f'<dl class="rows"><div><dt>{escape(words("range"))}</dt><dd>{escape(bounds)}</dd></div>'
        f"<div><dt>{escape(words('expected'))}</dt><dd>{words.usd(cost.expected)}</dd></div></dl>"
        + cards.cautions(estimate, words)
    )


def gap(usd: float, words: Words) -> str:
    """Say how many dollars lie between the two, as they are shown: to the nearest ten."""
    tens = round(usd, -1)
    if not tens:
        return f'<p class="gap">{escape(words("what_if.same"))}</p>'
    kind, key = ("up", "what_if.more") if tens > 0 else ("down", "what_if.less")
    return f'<p class="gap {kind}">{escape(words(key, usd=words.usd(abs(tens))))}</p>'
