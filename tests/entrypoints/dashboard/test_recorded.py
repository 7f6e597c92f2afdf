"""Sentences that the system recorded in English, in the language of a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest

from adapters.arrow.encodings import OTHER_KINDS, encoding_of
from adapters.arrow.people_files import ArrowPeopleFiles
from application.operations.audit_changes import AuditPage
from domain.errors import PromotionRefused, UnreadableFile
from domain.models.promotion import PromotionPolicy, require
from domain.models.retraining import Retraining
from domain.models.scores import PredictiveRatio
from domain.operations.audit import AuditAction, AuditEntry
from domain.operations.events import Event, EventKind
from domain.operations.jobs import Job, JobKind, JobState
from domain.people.origin import DataOrigin
from domain.people.schema import TodaysPrices
from domain.people.schema_change import SchemaChange
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.batch import views
from entrypoints.dashboard.pages.operations import records
from entrypoints.dashboard.widgets.recorded import recorded, translated
from tests.support.candidacies import AGAINST_CHAMPION, FIFTH, GOOD, measured
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENGLISH, SPANISH = Words("en", DEFAULT), Words("es", DEFAULT)


@pytest.mark.parametrize(
    ("sentence", "english", "spanish"),
    [
        ("passed the gate", "passed the gate", "pasó el control"),
        ("reviewer", "reviewer", "revisor"),
        (
            "client, expires 2027-03-01T14:50:50.170797+00:00",
            "client, expires Mar 1, 2027, 14:50 UTC",
            "cliente, vence el 1 mar 2027, 14:50 UTC",
        ),
        ("ended with 1", "ended with 1", "terminó con el código 1"),
        ("was killed by signal 9", "was killed by signal 9", "terminó por la señal 9"),
        ("of key:7", "of key:7", "de key:7"),
        (
            "age has the wider limit high: no limit",
            "age has the wider limit high: no limit",
            "age tiene un límite más amplio, máximo: sin límite",
        ),
        (
            "Each tree learned from 10,000 rows, drawn from all 90,000.",
            "Each tree learned from 10,000 rows, drawn from all 90,000.",
            "Cada árbol aprendió de 10,000 filas, tomadas de las 90,000.",
        ),
        (
            "the data set mirichoi0218/insurance on Kaggle (from Lantz, Machine Learning with R)",
            "the data set mirichoi0218/insurance on Kaggle (from Lantz, Machine Learning with R)",
            "el conjunto de datos mirichoi0218/insurance de Kaggle (de Lantz, Machine Learning with R)",
        ),
    ],
)
def test_what_the_system_recorded_is_said_in_the_language_of_the_page(sentence: str, english: str, spanish: str):
    assert (translated(sentence, ENGLISH), translated(sentence, SPANISH)) == (english, spanish)


@pytest.mark.parametrize(
    "sentence",
    [
        *("we compare for a week", "of course", "client, expires soon", "nobody", "<b>"),
        *("coverage", "megabytes", "any figure", "of champion 3", "moved to https://example.org/1", "note: ended"),
    ],
)
def test_what_people_wrote_stays_as_it_is_and_is_marked_as_not_translated(sentence: str):
    assert translated(sentence, SPANISH) is None
    assert 'lang="en"' in recorded(sentence, "Detalles", SPANISH)
    assert "<b>" not in recorded(sentence, "Detalles", SPANISH)


def test_changes_and_jobs_say_which_version_they_are_about():
    entry = AuditEntry(at=NOON, by="ann", action=AuditAction.MODEL_PROMOTED, subject="2", detail="passed the gate")
    html = records.audit(AuditPage([entry], None), SPANISH)
    assert "versión 2" in html
    assert "pasó el control" in html
    job = Job(
        id=uuid4(), kind=JobKind.PROMOTION, task={"version": 2}, owner="ann", created_at=NOON, state=JobState.DONE
    )  # fmt: skip
    assert "promoción, versión 2" in records.jobs([job], SPANISH)


def test_the_reason_of_a_change_is_translated_behind_the_name_of_its_author():
    change = Event(at=NOON, kind=EventKind.PROMOTION, subject="2", detail="ann: passed the gate")
    assert ">ann: pasó el control<" in records.events([change], SPANISH)
    assert ">ann: we know: ended<" in records.events([replace(change, detail="ann: we know: ended")], SPANISH)


def test_the_name_of_a_key_is_not_translated():
    entry = AuditEntry(at=NOON, by="ann", action=AuditAction.KEY_REVOKED, subject="key:7", detail="client")
    assert ">client<" in records.audit(AuditPage([entry], None), SPANISH)
    created = replace(entry, action=AuditAction.KEY_CREATED, subject="clinic")
    assert ">cliente<" in records.audit(AuditPage([created], None), SPANISH)


def test_why_a_change_failed_is_said_in_the_language_of_the_page():
    entry = AuditEntry(
        at=NOON, by="ann", action=AuditAction.MODEL_PROMOTED, subject="2", problem="there is no model version 2"
    )
    assert "No se hizo: no hay una versión 2 del modelo" in records.audit(AuditPage([entry], None), SPANISH)


@pytest.mark.parametrize(
    "repeated", ["a: ", "; ", "a: b; ", "a b, allowed ", "ended; ", "coverage 1, allowed 2 to 3 ", ", "]
)
def test_a_text_of_any_length_and_form_is_looked_at(repeated: str):
    assert translated(repeated * 700 + "x", SPANISH) is None


@pytest.mark.parametrize(
    ("content", "spanish"),
    [
        (b"", "el archivo está vacío"),
        (b"%PDF-1.7", "no es texto, sino un documento PDF"),
        (b"\0\1\2", "no es texto, sino datos binarios"),
        (b"age,sex\n1,f\xc3\xa9\n2,\xff\n", "la línea 3 no es texto UTF-8 ni sigue la codificación"),
        (b"age,age\n40,f\n", "dos columnas se llaman 'age': cambie el nombre de una"),
        (b"40,1,27.5\n50,2,30\n", "la línea 1 tiene valores donde van los nombres"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_the_language_of_the_page(content: bytes, spanish: str):
    with pytest.raises(UnreadableFile) as raised:
        ArrowPeopleFiles().read(io.BytesIO(content), DEFAULT)
    shown = views.detail(raised.value.detail, SPANISH)
    assert unescape(shown).startswith(f'<p class="hint">Detalles: {spanish}')


def test_an_unknown_sentence_about_a_file_is_marked_as_english():
    assert views.detail("it is odd", SPANISH) == '<p class="hint" lang="en">Detalles: it is odd.</p>'


def said_by_the_gate() -> Iterator[str]:
    came_in = replace(AGAINST_CHAMPION, method="unseen_rows", outcomes=12)
    first = replace(AGAINST_CHAMPION, method="unconditional", rival=None, rival_loss=6000)
    low, open_ended = PredictiveRatio(0.33, 0.29, 0.37), PredictiveRatio(3.0, 0.5, None)
    for candidacy in (
        *(measured(decile=low), measured(decile=open_ended), measured(ratio=low), measured(group=low)),
        *(measured(decile=low, people=300), measured(fifth=replace(FIFTH, coverage=1.0, from_zero=0.9))),
        measured(fifth=replace(FIFTH, coverage=0.5)),
        replace(GOOD, unconditional=first, repeated=3, milliseconds=1e6, megabytes=1e6, group_coverage={"bmi>=30": 0}),
        replace(GOOD, comparison=replace(AGAINST_CHAMPION, upper_bound=400), coverage=0.6, strongest_fact_r2=0.99),
        *(replace(GOOD, comparison=comparison) for comparison in (came_in, replace(came_in, outcomes=0), first)),
    ):
        verdict = PromotionPolicy().judge(candidacy)
        yield from (check.detail for check in verdict.checks)
        yield "; ".join(check.detail for check in verdict.checks)
        for champion, rolled_back in ((verdict.candidacy.comparison.rival, False), (3, True), (4, False)):
            try:
                require(verdict, version=7, champion=champion, override=None, rolled_back=rolled_back)
            except PromotionRefused as refused:
                yield str(refused)


def said_by_a_retraining() -> Iterator[str]:
    origin, detail = DataOrigin.of_file("new.csv", year=""), PromotionPolicy().judge(GOOD).checks[0].detail
    new = Retraining(origin=origin, data_digest="", rows=9, champion=None, made=None, monitoring=None)
    yield f"{new.occasion}. {detail}"


def said_by_a_schema() -> Iterator[str]:
    roles = replace(DEFAULT.roles, weight="w")
    today = replace(DEFAULT.cost, year=2020, today=TodaysPrices(1.2, 2024, {"": "an index"}))
    others = replace(DEFAULT, facts=DEFAULT.facts[::-1], terms=(), groups=(), roles=roles, cost=today)
    yield "; ".join(SchemaChange.between(DEFAULT, others).taken_over)
    yield from SchemaChange.between(DEFAULT, DEFAULT).taken_over or ("words for people",)


def said_by_a_reader() -> Iterator[str]:
    for start in (*(start for start, _ in OTHER_KINDS), b'[{"age": 40}]', b"<html>"):
        with pytest.raises(UnreadableFile) as raised:
            encoding_of(io.BytesIO(start))
        yield raised.value.detail


@pytest.mark.parametrize(
    "source",
    [said_by_the_gate, said_by_a_retraining, said_by_a_schema, said_by_a_reader],
    ids=lambda source: source.__name__,
)
def test_what_the_code_says_is_said_in_the_language_of_the_page(source: Callable[[], Iterator[str]]):
    sentences = list(source())
    assert not [sentence for sentence in sentences if translated(sentence, SPANISH) is None]
    assert [translated(sentence, ENGLISH) for sentence in sentences] == sentences


def test_a_refusal_by_several_checks_is_said_in_spanish():
    verdict = PromotionPolicy().judge(replace(GOOD, coverage=0.6, milliseconds=1e6))
    assert translated(verdict.reasons, SPANISH) == (
        "cobertura 0.600, se permite de 0.87 a 0.98; milisegundos por fila 1000000.00, se permite 100"
    )
    assert translated(f"{verdict.reasons}; we know better", SPANISH) is None
