"""Texts of others are shown as text on every page: words of a schema, names in files, of models and people, errors."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

import pytest
from dishka import AsyncContainer, Provider, Scope
from nicegui import ui
from nicegui.testing.user import User

from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from application.costs.predict_cost import PredictCost
from domain.errors import RepositoryUnavailable
from domain.models.ledger import Change, NewEntry
from domain.models.model import ModelVersion, Recipe
from domain.models.promotion import Candidacy, PairedComparison, PromotionPolicy
from domain.models.scores import GroupScores
from domain.people.beneficiary import Beneficiary
from domain.people.fact import ANY_LANGUAGE, Fact
from domain.people.origin import DataOrigin
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.monitoring import MonitoringReports
from domain.ports.predictions import PredictionRepository
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.elements import element
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.layout.shell import html
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.batch import page as batch
from entrypoints.dashboard.pages.batch.files import COOKIE
from entrypoints.dashboard.pages.models.champion_change import Change as ChampionChange
from entrypoints.dashboard.pages.models.champion_change import ChangeDialog
from entrypoints.dashboard.widgets.fact_fields import start_of
from entrypoints.dashboard.widgets.fields import InputField
from entrypoints.dashboard.widgets.table import SortedTable
from tests.support.monitored import REPORT
from tests.support.other_schema import CLINIC, RuleModel
from tests.support.simulation import person_at_pages
from tests.support.web_parts import MEMORY, container_of
from tests.support.words import words_in

HOSTILE: Final = "\"'><script>hostile()</script><img src=x onerror=hostile()>&lt;b&gt;"
"""Ends an attribute in either quotes, runs a script if it is no text, and shows whether entities are text, too."""
PATIENT: Final = 200
"""Tries, a twentieth of a second each."""
NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)


def hostile(place: str) -> str:
    return f"{place} {HOSTILE}"


def _hostile(fact: Fact) -> Fact:
    named = {choice: {ANY_LANGUAGE: hostile(f"{fact.name} {choice}")} for choice in fact.choices}
    return replace(
        fact,
        label={ANY_LANGUAGE: hostile(f"label of {fact.name}")},
        help={ANY_LANGUAGE: hostile(f"help on {fact.name}")},
        section={ANY_LANGUAGE: hostile("section")},
        unit=hostile("unit") if fact.kind.is_numeric else "",
        choice_labels=named,
    )


SCHEMA: Final = replace(CLINIC, facts=tuple(map(_hostile, CLINIC.facts)))


class Hostile(Provider):
    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.provide(lambda: SCHEMA, provides=Schema, override=True)
        self.provide(lambda: RuleModel(SCHEMA), provides=LoadedModel, override=True)


class Reader(HTMLParser):
    """Tells the elements and the text of some HTML as a browser reads it."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
async def container() -> AsyncIterator[AsyncContainer]:
    made = container_of(MEMORY, Hostile)
    yield made
    await made.close()


@pytest.fixture
async def user(container: AsyncContainer) -> AsyncIterator[User]:
    """A person at pages about a hostile schema, a hostile file, hostile records and a hostile model."""
    uploads = batch.uploads(injecting(container))
    async with person_at_pages() as someone:
        register_pages(container, DashboardOptions(operations_every=0.05), uploads=uploads)
        place = uploads.upload("")
        assert uploads.admit(place, "a test")
        someone.http_client.cookies.set(COOKIE, place.token)
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
        quoted = hostile("cell").replace('"', '""')
        header = f'visits,insulin,ward,shift,"{quoted}"'
        file.write(f'{header}\n7,yes,c,night,0\n8,no,"{quoted}",day,0\n'.encode())
        file.flush()
        await place.take(hostile("file"), file)
        yield someone
        uploads.close()


@pytest.fixture
async def champion(container: AsyncContainer, version: Callable[..., ModelVersion]) -> ModelVersion:
    """A version whose card, verdict, promotion and report are full of hostile texts."""
    made = version(1)
    scores = replace(made.card.cross_validation, groups=(GroupScores(hostile("group"), 100, 0.9, 5000.0, 12.0),))
    card = replace(
        made.card,
        recipe=Recipe(family=hostile("recipe"), hyperparameters={hostile("setting"): 1}),
        origin=DataOrigin(hostile("data"), hostile("origin"), synthetic=False),
        cross_validation=scores,
        ranges={hostile("range"): (0.0, 1.0)},
        grouping=(hostile("grouping"),),
        notes=(hostile("note"),),
        provenance=replace(made.card.provenance, tracking_run=hostile("run")),
    )
    made = replace(made, card=card)
    compared = PairedComparison(
        method="identical_folds", rival=None, rows=1000, challenger_loss=1450.0, rival_loss=1400.0, difference=50.0,
        standard_error=5.0, degrees_of_freedom=4.0, upper_bound=60.0,
    )  # fmt: skip
    verdict = PromotionPolicy().judge(
        Candidacy(
            comparison=compared, coverage=0.84, group_coverage={hostile("part"): 0.91}, milliseconds=0.3, megabytes=1.5,
            strongest_fact=hostile("strongest"), strongest_fact_r2=0.6,
        )
    )  # fmt: skip
    ledger = await container.get(ModelLedger)
    await ledger.admit(made)
    await ledger.attach(1, verdict)
    await ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=made.digest, replaces=None, at=NOW, by=hostile("by"),
            reason=hostile("reason"),
        )
    )  # fmt: skip
    (column,), (group,) = REPORT.columns, REPORT.groups
    report = replace(
        REPORT,
        model=made.reference,
        columns=(replace(column, column=hostile("column")),),
        groups=(replace(group, group=hostile("judged")),),
    )
    await (await container.get(MonitoringReports)).add(report)
    return made


async def settled(user: User, *texts: str) -> list[Reader]:
    """Wait until the places of a page for HTML hold these texts as text; give what the places hold."""
    places: list[Reader] = []
    for _ in range(PATIENT):
        assert user.client
        held = [element.props["innerHTML"] for element in user.client.elements.values() if isinstance(element, ui.html)]
        places = [Reader(str(content)) for content in held]
        shown = "\n".join(text for parsed in places for text in (parsed.text, *parsed.attributes.get("aria-label", ())))
        if all(text in shown for text in texts):
            return places
        await asyncio.sleep(0.05)
    missing = [text for text in texts if not any(text in parsed.text for parsed in places)]
    pytest.fail(f"not shown as text: {missing}; shown is {[parsed.text for parsed in places if parsed.text]}")


def harmless(places: list[Reader]) -> bool:
    """Tell whether no text became an element or an attribute."""
    assert places
    tags = {tag for parsed in places for tag in parsed.tags}
    attributes = {name for parsed in places for name in parsed.attributes}
    return not tags & {"script", "img"} and not {name for name in attributes if name.startswith("on")}


LABELS = tuple(hostile(f"label of {name}") for name in SCHEMA.names)
MODEL = ("recipe", "setting", "origin", "range", "grouping", "note", "by", "reason")


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/", LABELS),
        ("/what-if", [hostile("label of visits"), hostile("unit")]),
        ("/batch", [*LABELS, hostile("cell"), hostile("ward c")]),
        ("/models", [hostile(place) for place in MODEL]),
        ("/models/fit", [hostile("group"), hostile("recipe")]),
        ("/models/runs", [hostile("run"), hostile("recipe")]),
        ("/models/data", [hostile("origin"), *LABELS]),
        ("/operations", [hostile(place) for place in ("column", "judged")]),
    ],
)
async def test_texts_of_others_are_shown_as_text(user: User, champion: ModelVersion, path: str, texts: list[str]):
    await user.open(path)
    assert harmless(await settled(user, *texts))


@pytest.mark.parametrize(
    "path",
    ["/", "/what-if", "/plans", "/history", "/batch", "/models", "/models/runs", "/operations", "/sign-in?next=/"],
)
async def test_a_page_is_sent_without_a_tag_of_others(user: User, champion: ModelVersion, path: str):
    answer = await user.http_client.get(path)
    assert answer.status_code == 200
    assert "<script>hostile" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;style" not in answer.text, "HTML of NiceGUI's own is shown as text"


async def test_an_address_that_no_page_has_is_not_repeated_as_html(user: User):
    answer = await user.http_client.get("/<script>hostile()</script>?said=<img src=x onerror=hostile()>")
    assert answer.status_code == 404
    assert "<script>hostile" not in answer.text
    assert "<img src=x" not in answer.text


async def test_a_record_is_shown_as_text(user: User, champion: ModelVersion, container: AsyncContainer):
    async with container() as scope:
        await (await scope.get(PredictCost))(Beneficiary.of(SCHEMA, start_of(SCHEMA)))
    await user.open("/history")
    (table,) = user.find(SortedTable).elements
    for _ in range(PATIENT):
        if table.props["rows"]:
            break
        await asyncio.sleep(0.05)
    user.find(SortedTable).trigger("open", table.props["rows"][0]["id"])
    assert harmless(await settled(user, *LABELS, hostile("ward a")))


async def test_names_of_plans_are_shown_as_text(user: User):
    await user.open("/plans")
    with user:
        for field in user.find(InputField).elements:
            if field.name.endswith("-name"):
                field.value = hostile("plan")
    assert harmless(await settled(user, hostile("plan")))


async def test_a_verdict_is_shown_as_text(user: User, champion: ModelVersion):
    await user.open("/models")
    await settled(user, hostile("reason"))
    user.find(SortedTable).trigger("open", "1")
    assert harmless(await settled(user, hostile("part"), hostile("strongest")))


async def test_what_is_wrong_with_a_row_is_shown_as_text(user: User):
    await user.open("/batch")
    await settled(user, hostile("cell"))
    user.find(words_in("en", SCHEMA)("batch.start")).click()
    assert harmless(await settled(user, hostile("label of ward"), hostile("ward c")))


async def test_errors_of_other_parts_are_shown_as_text(user: User, container: AsyncContainer):
    predictions = await container.get(PredictionRepository)
    assert isinstance(predictions, MemoryPredictions)
    predictions.failure = RepositoryUnavailable(hostile("database"))
    await user.open("/operations")
    assert harmless(await settled(user, hostile("database")))


async def test_why_a_promotion_failed_is_shown_as_text(user: User, container: AsyncContainer, champion: ModelVersion):
    async def fail(reason: str | None):
        raise RepositoryUnavailable(hostile("refusal"))

    await user.open("/models")
    with user:
        dialog = ChangeDialog(words_in("en", SCHEMA), then=lambda _: None)
        dialog.open(ChampionChange("promote", 1, fail, element("p", hostile("objection"))))
        dialog._reason.value = hostile("why")
        await dialog._make()
    assert harmless(await settled(user, hostile("objection"), hostile("refusal")))


async def test_a_broken_ledger_is_told_as_text(user: User, container: AsyncContainer, champion: ModelVersion):
    ledger = await container.get(ModelLedger)
    assert isinstance(ledger, MemoryLedger)
    ledger._entries.append(replace(ledger._entries[0], number=2, seal=hostile("seal")))
    await user.open("/models")
    places = await settled(user, words_in("en", SCHEMA)("models.ledger.broken"))
    assert harmless(places)


async def test_a_place_shows_strings_that_are_no_markup_as_text(user: User):
    await user.open("/batch")
    with user:
        place = html(hostile("first"))
        assert Reader(str(place.props["innerHTML"])).text == hostile("first")
        place.content = hostile("second")
        assert Reader(str(place.props["innerHTML"])).text == hostile("second")
        place.content = element("p", hostile("third"), title=hostile("title"))
    read = Reader(str(place.props["innerHTML"]))
    assert (read.tags, read.text, read.attributes) == ({"p"}, hostile("third"), {"title": [hostile("title")]})
