"""Who has a place for a file, and who gives way."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from typing import IO

import pytest

from application.costs.score_people import GivenPeople
from entrypoints.dashboard.pages.batch.uploads import GAVE_WAY, MOST_EACH, MOST_FILES, Upload, Uploads, UseCases
from tests.support.words import INSURANCE


class Table:
    """A table of nobody."""

    columns = ("age",)

    def __init__(self) -> None:
        self.closed = False

    def batches(self, at_once: int) -> Iterator[list[object]]:
        return iter(())

    def close(self) -> None:
        self.closed = True


class Office:
    """A uploads, and people who bring files to it; files named ``slow`` are read until ``go`` is set."""

    def __init__(self) -> None:
        self.go, self.tables = asyncio.Event(), []
        self.uploads = Uploads(UseCases(self._open, self._score))  # type: ignore[arg-type]  # a table of nobody will do

    async def _open(self, file: IO[bytes]) -> GivenPeople:
        if file.read() == b"slow":
            await self.go.wait()
        self.tables.append(Table())
        return GivenPeople(self.tables[-1], (), 0, {}, INSURANCE)  # type: ignore[arg-type]  # as above

    async def _score(self, *_: object, **__: object) -> None:
        await self.go.wait()

    async def bring(self, whose: str, content: bytes = b"") -> Upload:
        place = self.uploads.upload("")
        assert self.uploads.admit(place, whose)
        await place.take("people.csv", io.BytesIO(content))
        return place


@pytest.fixture
def office() -> Office:
    return Office()


async def test_when_all_places_are_taken_the_longest_idle_one_gives_way(office: Office):
    places = [await office.bring(f"person {n}") for n in range(MOST_FILES)]
    tables = [place.given.table for place in places if place.given]
    places[0].act()
    await office.bring("newcomer")
    gone = [place for place in places if place.problem == GAVE_WAY]
    assert gone == [places[1]]
    assert (gone[0].stage, gone[0].given, tables[1].closed) == ("empty", None, True)  # type: ignore[attr-defined]  # a Table's


async def test_one_subscriber_gives_way_to_themselves(office: Office):
    other = await office.bring("other")
    mine = [await office.bring("me") for _ in range(MOST_EACH + 2)]
    assert [place.stage for place in mine] == ["empty"] * 2 + ["opened"] * MOST_EACH
    assert other.stage == "opened"


async def test_who_holds_most_places_gives_way_first(office: Office):
    first = await office.bring("first")
    many = [await office.bring("many") for _ in range(MOST_EACH)]
    others = [await office.bring(f"person {n}") for n in range(MOST_FILES - MOST_EACH - 1)]
    await office.bring("newcomer")
    assert many[0].problem == GAVE_WAY
    assert {place.stage for place in (first, *many[1:], *others)} == {"opened"}


async def test_work_gives_way_only_to_who_holds_less_and_its_file_is_closed(office: Office):
    reading = [asyncio.create_task(office.bring(f"many {n // MOST_EACH}", b"slow")) for n in range(MOST_FILES)]
    await asyncio.sleep(0)
    assert not office.uploads.admit(office.uploads.upload(""), "many 1")
    await office.bring("newcomer")
    office.go.set()
    places = await asyncio.gather(*reading)
    assert sorted(place.stage for place in places) == ["empty"] + ["opened"] * (MOST_FILES - 1)
    assert [table.closed for table in office.tables].count(True) == 1


async def test_who_comes_back_later_is_told_once(office: Office):
    tokens = [(await office.bring("me")).token for _ in range(MOST_EACH + 1)]
    assert office.uploads.upload(tokens[0]).problem == GAVE_WAY
    assert office.uploads.upload(tokens[0]).problem == ("", "")


async def test_an_upload_that_gives_way_ends_at_once(office: Office):
    place = office.uploads.upload("")
    assert office.uploads.admit(place, "me")

    async def upload() -> None:
        async with asyncio.timeout(None) as place.coming:
            await asyncio.Event().wait()

    uploading = asyncio.create_task(upload())
    await asyncio.sleep(0)
    for _ in range(MOST_EACH):
        await office.bring("me")
    with pytest.raises(TimeoutError):
        await uploading


async def test_a_place_whose_file_did_not_come_is_free_again(office: Office):
    upload = await office.bring("me")
    places = [office.uploads.upload("") for _ in range(MOST_EACH - 1)]
    for place in places:
        assert office.uploads.admit(place, "me")
        office.uploads.release(place)
    await office.bring("me")
    assert upload.stage == "opened"
