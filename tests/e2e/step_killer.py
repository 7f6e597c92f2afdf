"""Carries out acts on the versions of a home, in a process that may be killed between two steps.

``python step_killer.py HOME ACTS KILL_AT``, for example ``home '[["look"], ["promote", 2]]' 3`` or ``… null``, carries
out the acts through the production wiring and prints a line with a document for each act. It is the last act in which
the process is killed.

A moment is just before a durable change, whoever makes it: a commit that wrote something, to PostgreSQL or MLflow's
SQLite, or the renaming of a file or folder, which is how the ledger's head, the shelf and the pointer change. Just
after a change is just before the next, and just after the last is `END`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, event

from application.models.promote_model import PromoteModel
from application.models.publish_model import PublishModel
from application.models.register_model import RegisterModel
from application.models.review_models import ReviewModels
from application.models.roll_back_model import RollBackModel
from domain.errors import MedcostError, NoChampion
from domain.models.manifest import MANIFEST, sha256
from domain.models.model import FoldPlan, ModelCard, Provenance, Recipe, TrainedModel
from domain.people.beneficiary import Beneficiary
from domain.ports.ledger import ModelLedger
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry
from domain.ports.trainer import Trainer
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import Settings, load
from entrypoints.composition.training import models_container
from entrypoints.hosting.session import Session, session

WRITES = ("INSERT", "UPDATE", "DELETE")
SCHEMA = home_schema(load())
ANN = Beneficiary(SCHEMA, (40, "female", 27.5, 1, False, "northeast"))


class Fuse:
    """Kills its process at the n-th moment, None never."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at, self.moments = kill_at, 0

    def set(self) -> None:
        sys.addaudithook(self._heard)
        event.listen(Engine, "before_cursor_execute", self._executes)
        event.listen(Engine, "commit", self._commits)

    def burn(self) -> None:
        if self.moments == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.moments += 1

    def _heard(self, name: str, _arguments: object) -> None:
        if name == "os.rename":
            self.burn()

    def _executes(self, connection: Any, _cursor: object, statement: str, *_: object) -> None:
        connection.info["wrote"] = connection.info.get("wrote") or statement.lstrip().upper().startswith(WRITES)

    def _commits(self, connection: Any) -> None:
        if connection.info.pop("wrote", False):
            self.burn()


def cook(parts: Session, into: str, seed: int) -> dict[str, Any]:
    """Fit a small model."""
    from adapters.arrow.synthetic import SyntheticClaims

    claims, plan, recipe = (
        SyntheticClaims(SCHEMA, rows=120, seed=seed).read(),
        FoldPlan(n_repeats=1),
        Recipe(family="linear"),
    )
    trainer = parts.get(Trainer)
    test = trainer.test(recipe, claims, plan)
    Path(into).mkdir()
    model = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=Path(into))
    return {"folder": str(model.folder)}


def register(parts: Session, made: str) -> dict[str, Any]:
    folder = Path(made)
    card = msgspec.json.decode((folder / "card.json").read_bytes(), type=ModelCard)
    model = TrainedModel(folder, sha256((folder / MANIFEST).read_bytes()), card)
    return {"version": parts.run(parts.get(RegisterModel)(model)).number}


def promote(parts: Session, number: int) -> dict[str, Any]:
    entry = parts.run(parts.get(PromoteModel)(number, by="ann", reason="a test"))
    return {"version": entry.version}


def roll_back(parts: Session) -> dict[str, Any]:
    entry = parts.run(parts.get(RollBackModel)(by="ann", reason="a test"))
    return {"version": entry.version}


def publish(parts: Session) -> dict[str, Any]:
    return {"version": parts.run(parts.get(PublishModel)()).number}


def look(parts: Session) -> dict[str, Any]:
    """Tell what ledger, registry and shelf say, and who would answer; nothing is repaired."""
    review, ledger, registry = parts.get(ReviewModels), parts.get(ModelLedger), parts.get(ModelRegistry)
    return parts.run(_look(review, ledger, registry, parts.get(ModelPublisher), parts.get(ModelLoader)))


def aliases(parts: Session) -> dict[str, Any]:
    """What the registry says, whatever the ledger says."""
    return dict(parts.run(parts.get(ModelRegistry).aliases()))


async def _look(
    review: ReviewModels, ledger: ModelLedger, registry: ModelRegistry, publisher: ModelPublisher, loader: ModelLoader
) -> dict[str, Any]:
    history = await review.history()  # verified
    try:
        champion = (await ledger.champion()).reference
    except NoChampion:
        champion = None
    pointer = await publisher.pointed_to()
    answered = None
    if pointer:
        model = loader.load(pointer, await publisher.folder(pointer))
        (estimate,) = await model.predict([ANN])
        answered = [estimate.model.version, estimate.model.digest]
    return {
        "champion": champion and [champion.version, champion.digest],
        "answered": answered,
        "aliases": dict(await registry.aliases()),
        "registered": list(await registry.numbers()),
        "admitted": sorted(version.number for version in await ledger.versions()),
        "entries": [[entry.change, entry.version, entry.digest] for entry in history],
    }


ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "cook": cook, "register": register, "promote": promote, "rollback": roll_back, "publish": publish, "look": look,
    "aliases": aliases,
}  # fmt: skip


def carry_out(settings: Settings, acts: list[list[Any]], kill_at: int | None) -> Iterator[dict[str, Any]]:
    fuse = Fuse(kill_at)
    with session(settings, lambda: models_container(settings)) as parts:
        for number, (name, *arguments) in enumerate(acts, 1):
            if number == len(acts):
                fuse.set()
            try:
                document = ACTS[name](parts, *arguments)
            except MedcostError as error:
                document = {"error": type(error).__name__, "said": str(error)}
            if number == len(acts):
                fuse.burn()  # END: all is done, and the process has not yet ended
            yield document


def main() -> None:
    home, acts, kill_at = sys.argv[1], *map(json.loads, sys.argv[2:])
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not for the one who asks
    with answer:
        for document in carry_out(load({"home": Path(home)}), acts, kill_at):
            print(json.dumps(document), file=answer, flush=True)


if __name__ == "__main__":
    main()
