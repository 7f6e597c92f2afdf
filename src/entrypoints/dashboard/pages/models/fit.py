"""How well versions fit: ratios, lift, calibration and errors, of two versions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dishka import FromDishka

from application.models.compared_versions import Pair
from application.models.review_models import ReviewModels
from application.models.review_rows import ReviewedRows, ReviewRows
from domain.models.judged_rows import JudgedRow, double_lift
from entrypoints.dashboard.charts import model_charts
from entrypoints.dashboard.charts.predictive_ratios import ratios
from entrypoints.dashboard.charts.score_table import legend_of
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html
from entrypoints.dashboard.pages.models import lift_charts
from entrypoints.dashboard.pages.models.expert_page import Answer, ExpertPage
from entrypoints.dashboard.widgets import model_facts

if TYPE_CHECKING:
    from application.models.compared_versions import Compared
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit


async def look(
    pair: Pair, review: FromDishka[ReviewModels], rows: FromDishka[ReviewRows]
) -> Answer[Sequence[JudgedRow]]:
    """Read the versions with the rows that both have judged."""
    reviewed: ReviewedRows = await rows(pair)
    return Answer(await review(), reviewed.versions, reviewed.rows)


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    ask = inject(look)

    async def build(visit: Visit) -> None:
        await FitPage("fit", visit, ask).first_look()

    return Page("/models/fit", "models.fit", build, admin=True, in_menu=False, part_of="/models")


class FitPage(ExpertPage[Sequence[JudgedRow]]):
    """The open page of one browser."""

    def build(self, answer: Answer[Sequence[JudgedRow]]) -> None:
        """Show the figures of the cards; only the double lift takes the rows."""
        words, compared = self.words, answer.compared
        named = names(compared, self)
        sides = [(name, version.card.cross_validation) for name, version in zip(named, compared.both, strict=True)]
        cards = [(name, version.card) for name, version in zip(named, compared.both, strict=True)]
        figures = {
            "ratios": ratios(sides, words),
            "quality": model_facts.quality(cards, words),
            "calibration": model_charts.calibration(sides, words),
            "fifths": model_charts.fifths(sides, words),
            "groups": model_charts.coverage(sides, words),
            "residuals": paragraph(words("models.residuals.lead"), "lead-in") + model_charts.residuals(sides, words),
        }
        legend = legend_of(named)
        figures |= {key: legend + figure for key, figure in figures.items() if key != "quality"}  # which is a table
        self._figure("ratios", figures)
        self._lifts(answer, named)
        for key in ("quality", "calibration", "fifths", "groups", "residuals"):
            self._figure(key, figures)

    def _figure(self, key: str, figures: dict) -> None:
        with card(key, self.words(f"models.{key}")):
            html(figures[key])

    def _lifts(self, answer: Answer[Sequence[JudgedRow]], named: Sequence[str]) -> None:
        words = self.words
        curves = [
            (name, version.card.curves)
            for name, version in zip(named, answer.compared.both, strict=True)
            if version.card.curves
        ]
        with card("lift", words("models.lift")):
            if curves:
                lift_charts.lift(curves, words)
            else:
                html(paragraph(words("models.calibration.none"), "empty"))
        if answer.compared.rival:
            lifted = double_lift(answer.figures, named[1])
            with card("double-lift", words("models.double_lift")):
                if lifted:
                    lift_charts.double_lift(named[0], lifted, words)
                else:
                    html(paragraph(words("models.double_lift.none"), "empty"))
        if curves:
            with card("lorenz", words("models.lorenz")):
                lift_charts.lorenz(curves, words)


def names(compared: Compared, page: ExpertPage) -> list[str]:
    """Name the versions as figures call them."""
    return [page.words("models.version.short", number=version.number) for version in compared.both]
