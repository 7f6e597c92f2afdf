"""The Batch page without a browser: a file is uploaded, and the page shows what it makes of the file."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from nicegui.testing.user import User

from application.costs.quote_group import QuoteGroup
from application.costs.score_by_job import MOST_EACH
from domain.costs.group import GroupTerms
from domain.costs.scoring_task import ScoringTask
from domain.errors import PredictorUnavailable
from domain.operations.jobs import JobState, NewJob
from domain.people.beneficiary import Beneficiary
from domain.ports.jobs import Jobs
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.batch import page as batch
from entrypoints.dashboard.pages.batch.background import MOST_HERE
from entrypoints.dashboard.pages.batch.files import COOKIE
from entrypoints.dashboard.pages.batch.uploads import Uploads
from entrypoints.dashboard.widgets.fields import SelectField
from entrypoints.hosting.working import working
from tests.entrypoints.dashboard.simulated_user import PATIENT, field
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN_FACTS
from tests.support.simulation import person_at_pages
from tests.support.waiting import eventually
from tests.support.words import words_in

GOOD = "age,sex,bmi,children,smoker,region\n40,f,27.5,1,no,NE\n"
DUMMIES = ",age,sex,bmi,children,smoker_no,smoker_yes,region\n0,44,F,27.1,1,1,0,NE\n1,38,F,24.9,2,0,1,SE\n"


@pytest.fixture
async def uploads(parts) -> Uploads:
    return batch.uploads(injecting(parts.container))


@pytest.fixture
async def upload(parts, uploads: Uploads) -> AsyncIterator[Callable[..., Awaitable[User]]]:
    """`await upload("age,sex\\n…")` opens the page with a file."""
    async with person_at_pages() as someone:
        register_pages(parts.container, DashboardOptions(jobs_every=0.05), uploads=uploads)

        async def upload(content: str, language: str = "en") -> User:
            someone.http_client.cookies.set("language", language)
            place = uploads.upload("")
            assert uploads.admit(place, "a test")
            someone.http_client.cookies.set(COOKIE, place.token)
            file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
            file.write(content.encode())
            file.flush()
            await place.take("people.csv", file)
            await someone.open("/batch")
            return someone

        yield upload
        uploads.close()


def column(user: User, fact: str) -> SelectField:
    (match,) = (element for element in user.find(SelectField).elements if element.name == f"column-{fact}")
    return match


async def test_a_column_that_denies_is_offered_only_the_other_way_round(upload, words: Words):
    user = await upload(DUMMIES)
    smoker = column(user, "smoker")
    assert smoker.value == "smoker_yes"
    offered = dict(smoker.props["options"])
    assert offered["smoker_no"] == words("batch.turned", column="smoker_no")
    assert dict(column(user, "age").props["options"])["smoker_no"] == "smoker_no"
    await user.should_see(words("batch.unused", columns="(no name), smoker_no"), retries=PATIENT)


async def test_one_column_never_serves_two_facts(upload, uploads: Uploads, words: Words):
    user = await upload(GOOD)
    with user:
        column(user, "children").value = "age"
    assert column(user, "children").error == words("batch.column.shared", fact="Age")
    user.find(words("batch.start")).click()
    await user.should_not_see(words("batch.total"))
    with user:
        column(user, "children").value = "children"
    assert not column(user, "children").error
    user.find(words("batch.start")).click()
    await user.should_see(words("batch.total"), retries=PATIENT)


async def test_a_fact_that_the_file_lacks_is_said_to_be_missing(upload, words: Words):
    user = await upload(",age,sex,bmi,smoker,region\n7,44,F,27.1,no,NE\n")
    assert "" not in dict(column(user, "children").props["options"][1:])
    await user.should_see("Not in the file", retries=PATIENT)
    user.find(words("batch.start")).click()
    assert column(user, "children").error == words("batch.column")


async def test_bad_rows_show_their_line_and_the_value_found(upload, words: Words):
    user = await upload(GOOD + "\n41,x,fat,1,maybe,NE\n")
    user.find(words("batch.start")).click()
    await user.should_see(words("batch.left.count", count=1, rows=2), retries=PATIENT)
    for text in ("fat", "maybe", "Write one of these: no, yes.", "Write one of these: female, male.", ">4<"):
        await user.should_see(text, retries=PATIENT)


async def test_a_title_line_is_skipped_and_said(upload, words: Words):
    user = await upload("Extract of claims 2024\n\n" + GOOD)
    await user.should_see(words("batch.header", line=3), retries=PATIENT)


async def test_invented_people_and_the_kind_of_bill_are_said_above_the_sums(upload, words: Words):
    user = await upload(GOOD)
    await user.should_see(words("model.synthetic"), retries=PATIENT)
    user.find(words("batch.start")).click()
    await user.should_see(words("billed"), retries=PATIENT)


async def test_what_is_wrong_with_a_row_is_said_in_the_language_of_the_page(upload, uploads: Uploads):
    spanish = words_in("es")
    user = await upload(GOOD + "41,m,28\n42,m,,0,no,NE\n", language="es")
    user.find(spanish("batch.start")).click()
    await user.should_see(spanish("batch.left.fields", fields=3, columns=6), retries=PATIENT)
    await user.should_see(spanish("batch.fix.missing"), retries=PATIENT)
    await user.should_not_see("the header has")


async def test_a_group_is_quoted(upload, parts, words: Words):
    rows = "".join(f"{20 + place},f,27.5,1,{'yes' if place % 5 == 0 else 'no'},NE\n" for place in range(40))
    user = await upload(GOOD + rows)
    user.find(words("batch.start")).click()
    await user.should_see(words("group.lead"), retries=PATIENT)
    quote = await parts.container.get(QuoteGroup)
    ann = Beneficiary.of(DEFAULT, ANN_FACTS)
    group = [ann, *(ann.changed(age=20 + place, smoker=place % 5 == 0) for place in range(40))]
    quoted = (await quote(group, GroupTerms(attachment=20_000))).quote
    with user:
        field(user, "attachment").value = "much"
    user.find(words("group.start")).click()

    async def refused() -> bool:
        return field(user, "attachment").error == words("above.help")

    await eventually(refused)
    with user:
        field(user, "attachment").value = "20,000"
    user.find(words("group.start")).click()
    await user.should_see(words.whole(quoted.specific.expected_excess), retries=PATIENT)
    assert field(user, "attachment").error == ""
    await user.should_see(words.whole(quoted.expected))
    await user.should_see(words.whole(quoted.aggregate.attachment))
    await user.should_see(words("group.driver", who="Smokes now: Yes", people="20%", share="").split(":  ")[0])


async def test_a_quote_that_cannot_be_had_leaves_the_answers(upload, parts, words: Words):
    user = await upload(GOOD)
    user.find(words("batch.start")).click()
    await user.should_see(words("group.lead"), retries=PATIENT)
    parts.model.failure = PredictorUnavailable("away")
    user.find(words("group.start")).click()
    await user.should_see(words("group.failed"), retries=PATIENT)
    await user.should_see(words("batch.total"))


async def test_a_file_without_a_good_row_is_no_group(upload, words: Words):
    user = await upload("age,sex,bmi,children,smoker,region\n7,f,27.5,1,no,NE\n")
    user.find(words("batch.start")).click()
    await user.should_see(words("batch.nobody"), retries=PATIENT)
    await user.should_not_see(words("group.lead"))


async def test_the_columns_of_a_file_are_named_before_anybody_uploads_one(parts, words: Words):
    async with person_at_pages() as someone:
        register_pages(parts.container, DashboardOptions(jobs_every=0.05))
        await someone.open("/batch")
        for expected in (
            words("batch.columns"),
            "children",
            "Enter a whole number from 18 to 100 (years).",
            "Write one of these: female, male.",
        ):
            await someone.should_see(expected, retries=PATIENT)


async def handed_over(user: User, words: Words) -> None:
    user.find(words("batch.jobs.start")).click()
    await user.should_see(words("batch.jobs"), retries=PATIENT)


async def test_a_file_in_the_background_is_listed_until_it_is_deleted(upload, parts, words: Words):
    user = await upload(GOOD + "7,f,27.5,1,no,NE\n")
    await handed_over(user, words)
    await user.should_see("people.csv", retries=PATIENT)
    await user.should_see(words("batch.file"))  # there is room for the next one
    async with working(parts.container):
        await user.should_see(words("batch.jobs.download.csv"), retries=PATIENT)
    for expected in (words("batch.jobs.rows", count=2), words("batch.progress.bad", count=1)):
        await user.should_see(expected, retries=PATIENT)
    user.find(words("batch.jobs.erase")).click()
    await user.should_not_see("people.csv", retries=PATIENT)


async def test_a_file_in_the_background_keeps_the_chosen_columns(upload, parts, words: Words):
    user = await upload(DUMMIES)
    with user:
        column(user, "smoker").value = "smoker_no"  # read the other way round
    await handed_over(user, words)
    async with working(parts.container):
        await user.should_see(words("batch.jobs.download.csv"), retries=PATIENT)
    (job,) = await (await parts.container.get(Jobs)).newest(1)
    task = ScoringTask.of_json(job.task)
    assert (task.columns["smoker_no"], task.turned) == ("smoker", ("smoker",))
    assert (job.progress.rows, job.progress.bad) == (2, 0)


async def test_without_a_column_for_a_fact_nothing_is_handed_over(upload, parts, words: Words):
    user = await upload(",age,sex,bmi,smoker,region\n7,44,F,27.1,no,NE\n")
    user.find(words("batch.jobs.start")).click()

    async def is_marked():
        return column(user, "children").error == words("batch.column")

    await eventually(is_marked)
    assert not await (await parts.container.get(Jobs)).newest(1)


async def test_a_visitor_with_too_many_files_under_way_is_told(upload, uploads: Uploads, parts, words: Words):
    user = await upload(GOOD)
    await handed_over(user, words)
    jobs = await parts.container.get(Jobs)
    (job,) = await jobs.newest(1)
    for _ in range(MOST_EACH - 1):
        await jobs.add(NewJob(kind=job.kind, task=job.task, owner=job.owner, created_at=job.created_at))
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write(GOOD.encode())
    file.flush()
    await uploads.upload(user.http_client.cookies[COOKIE]).take("people.csv", file)
    await user.should_see(words("batch.match"), retries=PATIENT)
    user.find(words("batch.jobs.start")).click()
    await user.should_see(words("batch.jobs.many"), retries=PATIENT)
    await user.should_see(words("batch.match"))


async def test_a_long_file_is_calculated_in_the_background_only(upload, words: Words):
    user = await upload(GOOD + "40,f,27.5,1,no,NE\n" * MOST_HERE)
    await user.should_see(words("batch.jobs.long", count=MOST_HERE), retries=PATIENT)
    await user.should_not_see(words("batch.start"))
    await user.should_see(words("batch.jobs.start"))


async def test_a_file_in_the_background_is_stopped(upload, parts, words: Words):
    user = await upload(GOOD)
    await handed_over(user, words)
    await user.should_see(words("batch.jobs.waiting"), retries=PATIENT)
    user.find(words("batch.cancel")).click()
    await user.should_not_see("people.csv", retries=PATIENT)
    (job,) = await (await parts.container.get(Jobs)).newest(1)
    assert job.state is JobState.CANCELLED
