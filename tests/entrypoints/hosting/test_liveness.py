"""A process counts as hung after it gave no answer several times in a row, and not before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from domain.errors import Unavailable
from entrypoints.hosting.liveness import Liveness, until_hung

QUICK = Liveness(period=0.001, timeout=0.05, failures=3, startup=0.05)
ANSWER, REFUSAL, SILENCE = "answers", "cannot be reached", "does not answer"


def process(answers: Iterable[str]) -> tuple[Callable[[], Awaitable[None]], list[str]]:
    """Return what asks a process that answers like this, and from then on not at all; and the answers given."""
    coming, given = iter(answers), list[str]()

    async def lives() -> None:
        answer = next(coming, SILENCE)
        given.append(answer)
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer == REFUSAL:
            raise Unavailable(REFUSAL)

    return lives, given


async def test_a_process_hangs_after_three_questions_in_a_row_without_an_answer() -> None:
    lives, given = process([ANSWER, ANSWER])
    assert await until_hung(lives, QUICK) == "no answer within 0.05 s, 3 times in a row"
    assert given == [ANSWER, ANSWER, *[SILENCE] * 3]


async def test_a_process_that_answers_every_third_question_does_not_hang() -> None:
    lives, given = process([ANSWER, *[SILENCE, REFUSAL, ANSWER] * 2])
    await until_hung(lives, QUICK)
    assert given == [ANSWER, *[SILENCE, REFUSAL, ANSWER] * 2, *[SILENCE] * 3]


async def test_a_process_that_starts_is_given_its_time() -> None:
    patient = Liveness(period=0.001, timeout=0.05, failures=1, startup=60)
    lives, given = process([*[REFUSAL] * 20, ANSWER])
    assert "1 times in a row" in await until_hung(lives, patient)
    assert given == [*[REFUSAL] * 20, ANSWER, SILENCE]


async def test_a_process_that_never_answers_after_its_start_hangs() -> None:
    lives, _ = process([])
    assert await until_hung(lives, QUICK) == "no answer within 0.05 s of its start"
