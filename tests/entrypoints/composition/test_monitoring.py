"""What the monitor is put together with."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from entrypoints.composition.monitoring import monitoring_container
from entrypoints.composition.settings import load

pytestmark = pytest.mark.training


@pytest.mark.parametrize(("deadline", "within"), [(5.0, "2min"), (300.0, "5min")])
async def test_it_may_read_a_long_month_though_who_serves_may_not(postgres_url, tmp_path, deadline, within):
    settings = load({"database_url": postgres_url, "home": tmp_path, "database_deadline": deadline}, environment={})
    container = monitoring_container(settings)
    async with (await container.get(AsyncEngine)).connect() as connection:
        assert (await connection.execute(text("SHOW statement_timeout"))).scalar() == within
    await container.close()
