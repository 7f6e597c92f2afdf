"""How versions came about, and what changes with another one: recipes, trials, and a replay of recent questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dishka import FromDishka

from application.models.compared_versions import Pair, compared
from application.models.preview_shadow import WINDOW, PreviewShadow, ShadowPreview
from application.models.review_models import ReviewModels
from domain.errors import ModelRefused, NotFound
from entrypoints.dashboard.charts import model_charts, trials
from entrypoints.dashboard.charts.score_table import legend_of
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html
from entrypoints.dashboard.pages.models import run_charts
from entrypoints.dashboard.pages.models.expert_page import Answer, ExpertPage
from entrypoints.dashboard.pages.models.fit import names
from entrypoints.dashboard.pages.models.shadow_card import shadow
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from markupsafe import Markup

    from domain.models.model import ModelVersion
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit


NotReplayed = NotFound | ModelRefused
"""Why there is no replay."""


async def look(
    pair: Pair, review: FromDishka[ReviewModels], preview: FromDishka[PreviewShadow]
) -> Answer[ShadowPreview | NotReplayed]:
    """Read the versions, and replay recorded predictions through the challenger."""
    versions = await compared(review.ledger, pair)
    try:
        seen: ShadowPreview | NotReplayed = await preview(pair)
    except (NotFound, ModelRefused) as why:
        seen = why
    return Answer(await review(), versions, seen)


def page(inject: Inject, mlflow: str) -> Page:
    """Make the page over its use cases.

    Args:
        inject: the guard's.
        mlflow: address at which people open MLflow, empty where none is known.
    """
    ask = inject(look)

    async def build(visit: Visit) -> None:
        await RunsPage(visit, ask, mlflow).first_look()

    return Page("/models/runs", "models.runs", build, admin=True, in_menu=False, part_of="/models")


class RunsPage(ExpertPage[ShadowPreview | NotReplayed]):
    """The open page of one browser."""

    def __init__(
        self,
        visit: Visit,
        ask: Callable[[Pair], Awaitable[Answer[ShadowPreview | NotReplayed]]],
        mlflow: str,
    ) -> None:
        super().__init__("runs", visit, ask)
        self._mlflow = mlflow

    def build(self, answer: Answer[ShadowPreview | NotReplayed]) -> None:
        """Show recipes, trials and the replay."""
        words, named = self.words, names(answer.compared, self)
        sides = list(zip(named, answer.compared.both, strict=True))
        html(legend_of(named))
        with card("recipes", words("models.recipes")):
            html(paragraph(words("models.recipes.lead"), "lead-in"))
            if not run_charts.recipes([(name, version.card) for name, version in sides], words):
                html(paragraph(words("models.recipes.none"), "empty"))
        self._each("families", sides, lambda version: model_charts.families(version.card, words))
        self._each("tuning", sides, self._tuning)
        with card("shadow", words("models.shadow")):
            if isinstance(answer.figures, ShadowPreview):
                html(shadow(answer.figures, WINDOW.days, words))
            else:
                html(
                    paragraph(words("models.missing.elsewhere.do"), "empty") + cards.theirs(str(answer.figures), words)
                )

    def _each(
        self, key: str, sides: Sequence[tuple[str, ModelVersion]], made: Callable[[ModelVersion], Markup]
    ) -> None:
        words = self.words
        with card(key, words(f"models.{key}")):
            for name, version in sides:
                if len(sides) > 1:
                    html(element("h3", name))
                html(made(version))

    def _tuning(self, version: ModelVersion) -> Markup:
        words, run = self.words, version.card.provenance.tracking_run
        chart = trials.tuning(version.card.provenance, words)
        if not (self._mlflow and run):
            return chart + paragraph(words("models.tuning.where"), "hint")
        link = element("a", words("models.tuning.link"), href=f"{self._mlflow}/#/runs/{run}", classes="btn")
        return chart + element("p", link)
