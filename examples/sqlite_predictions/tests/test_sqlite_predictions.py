"""The repository in SQLite keeps the contract of Medcost's port."""

import pytest

from domain.errors import RepositoryUnavailable
from medcost_testing.predictions import PredictionRepositoryContract
from sqlite_predictions import SqlitePredictions


class TestSqlitePredictions(PredictionRepositoryContract):
    @pytest.fixture
    def predictions(self, schema, tmp_path):
        return SqlitePredictions(tmp_path, schema)


@pytest.mark.asyncio
async def test_a_folder_that_is_away_is_unavailable(tmp_path):
    with pytest.raises(RepositoryUnavailable, match="no database can be opened"):
        await SqlitePredictions(tmp_path / "away", schema=None).check()
