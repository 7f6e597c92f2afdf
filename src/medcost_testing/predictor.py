"""The contract of a predictor."""

from collections.abc import Sequence

import pytest

from domain.costs.prediction import Published
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from domain.ports.predictor import Predictor

People = Sequence[Beneficiary]


@pytest.mark.asyncio
class PredictorContract:
    """The promises of every `Predictor`.

    Give the fixtures ``predictor``; ``absent``, a predictor that can give no answer; and ``people``, at least three
    different people of a schema that the predictor answers for, the first two of them with different costs.
    """

    async def test_each_is_answered_in_the_order_given_and_alike_whoever_else_is_asked_for(
        self, predictor: Predictor, people: People
    ) -> None:
        people_in_batch = [*people, people[1]]
        alone = [(await predictor.predict([who]))[0] for who in people_in_batch]
        assert list(await predictor.predict(people_in_batch)) == alone
        assert alone[0] != alone[1]

    async def test_what_is_published_is_what_is_estimated_rounded_once(
        self, predictor: Predictor, people: People
    ) -> None:
        published = [Published.of(estimate) for estimate in await predictor.predict(people)]
        assert list(await predictor.publish(people)) == published
        assert [(await predictor.publish([who]))[0] for who in people] == published

    async def test_nobody_is_answered_with_nothing(self, predictor: Predictor) -> None:
        assert list(await predictor.predict([])) == []
        assert list(await predictor.publish([])) == []

    async def test_an_answer_names_the_model_that_made_it(self, predictor: Predictor, people: People) -> None:
        model = await predictor.model()
        assert {estimate.model for estimate in await predictor.predict(people)} == {model}

    async def test_without_a_model_there_is_no_answer(self, absent: Predictor, people: People) -> None:
        for attempt in (absent.predict(people), absent.publish(people), absent.model()):
            with pytest.raises(PredictorUnavailable) as raised:
                await attempt
            assert raised.value.retry_after > 0
