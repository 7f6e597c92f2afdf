"""What another version would have answered those who asked the champion, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from markupsafe import Markup

    from application.models.preview_shadow import ShadowPreview
    from entrypoints.dashboard.locale.speech import Words


def shadow(seen: ShadowPreview, days: int, words: Words) -> Markup:
    """Say how differently a challenger would have answered, by group, and whom most."""
    if seen.challenger is None:
        return paragraph(words("models.shadow.alone"), "empty")
    numbers = {"champion": seen.champion.number, "challenger": seen.challenger.number}
    command = paragraph(words("models.shadow.more", command=f"medcost models shadow {seen.challenger.number}"), "hint")
    if not seen.predictions:
        return paragraph(words("models.shadow.none", days=days, **numbers), "empty") + command
    heads = [words(f"models.shadow.{key}") for key in ("who", "mean", "typical", "range")]
    groups = [
        (
            model_facts.group(group.group, words), words.signed(group.expected.mean), words.signed(group.typical.mean),
            words("range.value", low=words.signed(group.expected.p5), high=words.signed(group.expected.p95)),
        )
        for group in seen.groups
    ]  # fmt: skip
    movers = [
        (
            words.person(mover.prediction.beneficiary), words.whole(mover.prediction.expected),
            words.whole(mover.expected),
            words.signed(mover.difference),
        )
        for mover in seen.movers
    ]  # fmt: skip
    moved = [words(f"models.shadow.{key}") for key in ("person", "before", "after", "change")]
    return together(
        paragraph(words("models.shadow.lead", count=seen.predictions, days=days, **numbers), "lead-in"),
        model_facts.table(words("models.shadow"), heads, groups),
        element("h3", words("models.shadow.movers")),
        model_facts.table(words("models.shadow.movers"), moved, movers),
        command,
    )
