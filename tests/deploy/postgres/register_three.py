"""The trainer of `test_travel`: fits and registers three versions, as `medcost train` does, from models in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.local.clock import SystemClock
from adapters.memory.sample import small_sample
from adapters.sklearn.trainer import SklearnTrainer
from adapters.yaml.schema_file import read_schema
from application.models.register_model import RegisterModel
from domain.models.model import FoldPlan, Provenance, Recipe
from entrypoints.composition.settings import load
from entrypoints.composition.training import models_container
from entrypoints.hosting.session import session

SCHEMA = Path(__file__).parents[3] / "config" / "schema" / "insurance.yaml"


def main(folder: Path) -> None:
    trainer, recipe, plan, settings = (
        SklearnTrainer(SystemClock()),
        Recipe(family="linear"),
        FoldPlan(n_repeats=1),
        load(),
    )
    with session(settings, lambda: models_container(settings)) as opened:
        register = opened.get(RegisterModel)
        for number in (1, 2, 3):
            claims = small_sample(read_schema(SCHEMA), 100 + number)
            test = trainer.test(recipe, claims, plan)
            into = folder / f"fitted-{number}"
            into.mkdir()
            fitted = trainer.fit(recipe, claims, plan, Provenance(metric="mae"), test=test, into=into)
            opened.run(register(fitted))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
