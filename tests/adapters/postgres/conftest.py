import psycopg
import pytest
from sqlalchemy import make_url

from adapters.postgres.engine import connect


@pytest.fixture
async def engine(postgres_url):
    engine = connect(postgres_url, deadline=60)  # a busy machine takes its time
    yield engine
    await engine.dispose()


@pytest.fixture
def admin(postgres_url):
    """A session of somebody else in the same database."""
    url = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
