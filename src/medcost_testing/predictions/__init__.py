"""The contract of a repository of predictions."""

import pytest

from domain.people.schema import Schema
from medcost_testing.people import CLINIC
from medcost_testing.predictions.facts import AnyFacts
from medcost_testing.predictions.idempotency import Idempotent
from medcost_testing.predictions.records import Records
from medcost_testing.predictions.samples import Samples


@pytest.mark.asyncio
class PredictionRepositoryContract(Records, Idempotent, Samples, AnyFacts):
    """The promises of every `PredictionRepository`.

    Give a fixture ``predictions``: an empty repository of the fixture ``schema``, whose idempotency keys live for a
    day. The suite gives ``schema``.
    """

    @pytest.fixture
    def schema(self) -> Schema:
        """Return the schema of the people whose predictions are recorded."""
        return CLINIC
