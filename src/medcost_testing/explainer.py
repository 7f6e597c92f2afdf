"""The contract of an explainer."""

from collections.abc import Sequence

import pytest

from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from domain.ports.explainer import Explainer

People = Sequence[Beneficiary]


@pytest.mark.asyncio
class ExplainerContract:
    """The promises of every `Explainer`.

    Give the fixtures ``explainer``; ``absent``, an explainer that can give no answer; and ``people``, at least two
    people of the schema that the model learned with.
    """

    async def test_amounts_add_up_to_the_expected_cost_to_the_cent(self, explainer: Explainer, people: People) -> None:
        for who in people:
            explanation = await explainer.explain(who)
            amounts = (explanation.baseline, *(part.usd for part in explanation.contributions))
            assert sum(round(usd * 100) for usd in amounts) == round(explanation.expected * 100)

    async def test_amounts_add_up_to_the_typical_cost_where_that_is_asked_for(
        self, explainer: Explainer, people: People
    ) -> None:
        for who in people:
            explanation = await explainer.explain(who, "typical")
            amounts = (explanation.baseline, *(part.usd for part in explanation.contributions))
            assert explanation.of == "typical"
            assert explanation.typical is not None
            assert sum(round(usd * 100) for usd in amounts) == round(explanation.typical * 100)
            assert (await explainer.explain(who)).typical == explanation.typical

    async def test_every_fact_has_its_amount_in_the_order_of_the_facts(
        self, explainer: Explainer, people: People
    ) -> None:
        explanation = await explainer.explain(people[0])
        assert tuple(part.fact for part in explanation.contributions) == people[0].schema.names

    async def test_an_explanation_is_the_same_each_time(self, explainer: Explainer, people: People) -> None:
        assert await explainer.explain(people[0]) == await explainer.explain(people[0])

    async def test_the_baseline_is_the_same_whoever_is_explained(self, explainer: Explainer, people: People) -> None:
        assert len({(await explainer.explain(who)).baseline for who in people}) == 1

    async def test_no_more_people_are_alike_than_there_are(self, explainer: Explainer, people: People) -> None:
        alike = (await explainer.explain(people[0])).alike
        assert 0 <= alike.count <= alike.total

    async def test_without_a_model_there_is_no_explanation(self, absent: Explainer, people: People) -> None:
        with pytest.raises(PredictorUnavailable):
            await absent.explain(people[0])
