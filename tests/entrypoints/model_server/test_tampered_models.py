"""A real model server in a process of its own: whatever was done to the next model, the last good one answers."""

import asyncio
import json
import os
import pickle
import shutil
from typing import Any

import httpx
import pytest

from adapters.bentoml import wire
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.memory.clock import FixedClock
from adapters.memory.sample import small_sample
from domain.costs.prediction import ModelReference
from domain.models.manifest import MANIFEST, sha256
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

pytestmark = pytest.mark.server

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))


class Leaves:
    """Pickled, it leaves a file wherever it is brought to life."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


def resealed(folder):
    from adapters.sklearn import folder as files

    (folder / MANIFEST).unlink()
    return files.seal(folder)


def a_pickle(folder, trace):
    (folder / "estimator.skops").write_bytes(pickle.dumps(Leaves(trace)))
    return resealed(folder)


def a_type_outside_the_list(folder, trace):
    import skops.io
    from sklearn.dummy import DummyRegressor

    estimator: Any = DummyRegressor().fit([[0.0]], [0.0])
    estimator.constant_ = Leaves(trace)
    (folder / "estimator.skops").write_bytes(skops.io.dumps(estimator))
    return resealed(folder)


def another_scikit_learn(folder, trace):
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["versions"]["scikit-learn"] = "0.24.2"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return sha256((folder / MANIFEST).read_bytes())


def a_changed_byte(folder, trace):
    content = bytearray((folder / "distribution.npz").read_bytes())
    content[-1] ^= 1
    (folder / "distribution.npz").write_bytes(content)


def an_extra_file(folder, trace):
    (folder / "more.pkl").write_bytes(pickle.dumps(Leaves(trace)))


TAMPERED = {
    a_pickle: "may not be loaded",
    a_type_outside_the_list: "Leaves",
    another_scikit_learn: "scikit-learn 0.24.2",
    a_changed_byte: "distribution.npz changed",
    an_extra_file: "more.pkl unlisted",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A linear model."""
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, recipe, plan, claims = (
        SklearnTrainer(FixedClock()),
        Recipe(family="linear"),
        FoldPlan(),
        small_sample(DEFAULT),
    )
    test = trainer.test(recipe, claims, plan)
    into = tmp_path_factory.mktemp("made")
    return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)


def test_what_is_tampered_with_does_something_where_it_is_brought_to_life(tmp_path):
    pickle.loads(pickle.dumps(Leaves(tmp_path / "trace")))
    assert (tmp_path / "trace").exists()


async def test_a_tampered_model_is_refused_unloaded_and_the_old_model_serves_on(made, tmp_path, start_model_server):
    home, trace = Home(tmp_path / "home"), tmp_path / "trace"
    home.make()
    publisher = BentoPublisher(home.bentoml, home.pointer)
    good = ModelReference(1, made.digest)
    await publisher.publish(good, made.folder)
    await publisher.point_to(good)
    with (tmp_path / "log").open("wb") as log:
        address, _ = start_model_server(home.path, "embedded", errors=log.fileno())

    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:

        async def named(condition):
            async with asyncio.timeout(60):
                while True:
                    answer = await http.get("/v1/model")
                    if condition(answer.json()):
                        return answer.json()
                    await asyncio.sleep(0.05)

        async def answering():
            question = {"content": wire.encode_request([ann]), "headers": {"content-type": wire.CONTENT_TYPE}}
            return wire.decode_answer((await http.post("/v1/predict", **question)).content, 1)[0].model

        assert await named(lambda status: "version" in status) == {"version": 1, "digest": good.digest, "refused": ""}
        for version, (tamper, why) in enumerate(TAMPERED.items(), start=2):
            copy = tmp_path / f"{version}" / "medcost"
            shutil.copytree(made.folder, copy)
            digest = tamper(copy, trace)
            bad = ModelReference(version, digest or made.digest)
            if digest:  # as whoever may register would: every digest matches
                await publisher.publish(bad, copy)
            else:
                await publisher.publish(bad, made.folder)
                tamper(await publisher.folder(bad), trace)
            await publisher.point_to(bad)
            status = await named(lambda status, why=why: why in status["refused"])
            assert (status["version"], status["digest"]) == (1, good.digest)
            assert await answering() == good
            assert (await http.get("/readyz")).status_code == 200
            assert not trace.exists()
            log_text = (tmp_path / "log").read_text()
            assert f"model version {version}, digest {bad.digest}, was refused, version 1 stays in service" in log_text

        better = ModelReference(9, made.digest)
        await publisher.publish(better, made.folder)
        await publisher.point_to(better)
        assert (await named(lambda status: status["version"] == 9))["refused"] == ""
        assert await answering() == better
