"""Sentences that the system recorded in English, in the language of a page."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from html import unescape
from uuid import uuid4

import pytest

from adapters.arrow.people_files import ArrowPeopleFiles
from application.operations.audit_changes import AuditPage
from domain.errors import UnreadableFile
from domain.operations.audit import AuditAction, AuditEntry
from domain.operations.jobs import Job, JobKind, JobState
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.batch import views
from entrypoints.dashboard.pages.operations import records
from entrypoints.dashboard.widgets.recorded import recorded, translated
from tests.support.default_schema import DEFAULT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENGLISH, SPANISH = Words("en", DEFAULT), Words("es", DEFAULT)


@pytest.mark.parametrize(
    ("sentence", "english", "spanish"),
    [
        ("passed the gate", "passed the gate", "pasó el control"),
        ("ann: passed the gate", "ann: passed the gate", "ann: pasó el control"),
        ("reviewer", "reviewer", "revisor"),
        (
            "client, expires 2027-03-01T14:50:50.170797+00:00",
            "client, expires Mar 1, 2027, 14:50 UTC",
            "cliente, vence el 1 mar 2027, 14:50 UTC",
        ),
        ("ended with 1", "ended with 1", "terminó con el código 1"),
        ("was killed by signal 9", "was killed by signal 9", "fue terminado por la señal 9"),
        ("of key:7", "of key:7", "de key:7"),
        (
            "Each tree learned from 10,000 rows, drawn from all 90,000.",
            "Each tree learned from 10,000 rows, drawn from all 90,000.",
            "Cada árbol aprendió de 10,000 filas, tomadas de las 90,000.",
        ),
    ],
)
def test_what_the_system_recorded_is_said_in_the_language_of_the_page(sentence: str, english: str, spanish: str):
    assert (translated(sentence, ENGLISH), translated(sentence, SPANISH)) == (english, spanish)


@pytest.mark.parametrize("sentence", ["we compare for a week", "of course", "client, expires soon", "nobody", "<b>"])
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
