"""Makes a home whose databases have their tables, and hold nothing: ``python prepare_home.py HOME``."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.local.home import Home
from adapters.optuna.storage import open_storage
from adapters.postgres.embedded import EmbeddedPostgres
from domain.ports.registry import ModelRegistry
from entrypoints.composition.settings import load
from entrypoints.composition.training import models_container
from entrypoints.hosting.session import session


def main() -> None:
    settings = load({"home": Path(sys.argv[1])})
    with session(settings, lambda: models_container(settings)) as parts:
        assert not parts.run(parts.get(ModelRegistry).aliases())  # MLflow makes its tables when it is first asked
        open_storage(EmbeddedPostgres(Home(settings.home).postgres).url("optuna", driver="psycopg"))


if __name__ == "__main__":
    main()
