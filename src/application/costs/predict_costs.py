"""Predict the costs of many people at once, and record them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.costs.compute_chances import ComputeChances
from application.costs.pauses import Pauses
from application.use_case import use_case
from domain.costs.batches import NewBatch, PublishedBatch
from domain.costs.chance import Chance
from domain.costs.prediction import Published
from domain.people.people import People
from domain.ports.clock import Clock
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate, Idempotency, NewPrediction, Prediction
    from domain.people.beneficiary import Beneficiary


@use_case
class PredictCosts:
    """Predict the costs of many beneficiaries at once, all by the same model, and record them."""

    predictor: Predictor
    predictions: PredictionRepository
    clock: Clock

    async def __call__(
        self,
        beneficiaries: Sequence[Beneficiary],
        *,
        owner: str | None = None,
        idempotency: Idempotency | None = None,
        above: float | None = None,
    ) -> Sequence[Prediction]:
        """Predict and record all for an owner, in the order given, or none.

        With an idempotency key that the owner used before, return the predictions made then. With an amount, the
        chances of costing more than that come with them; they are not recorded.

        Raises:
            PredictorUnavailable: if the model does not answer; nothing is recorded.
            RepositoryUnavailable: if the records could not be made.
            IdempotencyKeyReused: if the key came with another body before.
            IdempotencyKeyInUse: if the first request under the key is still under way.
            ModelReplaced: if they were made before, an amount is given, and another model answers by now.
        """
        if idempotency is None:
            new, estimates = await self._predicted(beneficiaries, owner, above)
            return await self._with_chances(await self.predictions.add_all(new), estimates, above)
        once = replace(idempotency, owner=owner)
        async with self.predictions.alone(once):
            if earlier := await self.predictions.replay_all(once, at=self.clock.now()):
                return await self._with_chances(earlier, (), above)
            new, estimates = await self._predicted(beneficiaries, owner, above)
            return await self._with_chances(await self.predictions.add_all(new, idempotency=once), estimates, above)

    async def _predicted(
        self, beneficiaries: Sequence[Beneficiary], owner: str | None, above: float | None
    ) -> tuple[Sequence[NewPrediction], Sequence[Estimate]]:
        """Return the predictions to be recorded and, where an amount is given, their estimates."""
        if not beneficiaries:
            return [], ()
        estimates: Sequence[Estimate] = ()
        if above is None:
            answers = await self.predictor.publish(beneficiaries)
        else:
            estimates = await self.predictor.predict(beneficiaries)
            answers = [Published.of(estimate) for estimate in estimates]
        people, published = People.of(beneficiaries), PublishedBatch.of(answers)
        return NewBatch(self.clock.now(), people, published, owner), estimates

    async def _with_chances(
        self, made: Sequence[Prediction], estimates: Sequence[Estimate], above: float | None
    ) -> Sequence[Prediction]:
        """Add the chances of costing more than an amount; call the model where no estimates are given."""
        if above is None or not made:
            return made
        if not estimates or estimates[0].model != made[0].model:
            return await ComputeChances(predictor=self.predictor)(made, above)
        with_chances: list[Prediction] = []
        pause = Pauses()
        for prediction, estimate in zip(made, estimates, strict=True):
            with_chances.append(replace(prediction, chance=Chance.of(estimate.cost, above)))
            await pause()
        return with_chances
