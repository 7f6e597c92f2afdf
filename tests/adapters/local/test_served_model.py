"""A served model follows the pointer, and keeps what works."""

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TypedDict

import pytest

from adapters.local.served_model import ServedModel
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.publisher import MemoryPublisher
from domain.costs.prediction import ModelReference
from domain.errors import ModelRefused, PredictorUnavailable, RegistryUnavailable, RepositoryUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT


class Quick(TypedDict):
    poll: float
    patience: float


QUICK: Quick = {"poll": 0.01, "patience": 0.05}

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))


@pytest.fixture
def model_store(tmp_path):
    return MemoryPublisher(workspace=tmp_path / "shelf")


@pytest.fixture
def publish(model_store, tmp_path):
    async def publish_and_point(version):
        folder = tmp_path / f"made-{version}"
        model = ModelReference(version, write_flat_model(folder, usd=100.0 * version))
        await model_store.publish(model, folder)
        await model_store.point_to(model)
        return model

    return publish_and_point


async def test_before_anything_is_published_it_says_what_to_do(model_store):
    with pytest.raises(PredictorUnavailable, match="medcost train"):
        await ServedModel(model_store, MemoryLoader(DEFAULT)).predict([ann])


async def test_that_it_waits_for_a_first_model_is_said_once(model_store, publish, caplog):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    for _ in range(3):
        await served.refresh()
    assert [record.message.partition(":")[0] for record in caplog.records] == ["waiting for a model"]
    assert "no model is published yet" in caplog.text
    await publish(1)
    caplog.clear()
    await served.refresh()
    assert "waiting" not in caplog.text


async def test_it_answers_by_the_model_that_is_pointed_to(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    for version in (1, 2):
        model = await publish(version)
        await served.refresh()
        assert await served.model() == model
        (estimate,) = await served.predict([ann])
        assert (estimate.cost.expected, estimate.model) == (100.0 * version, model)


async def test_while_it_follows_a_new_pointer_is_seen_by_itself(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT), **QUICK)
    following = asyncio.create_task(served.follow())
    for version in (1, 2):
        model = await publish(version)
        async with asyncio.timeout(30):
            await until_named(served, model)
    following.cancel()


async def until_named(served, model):
    while True:
        with suppress(PredictorUnavailable):
            if await served.model() == model:
                return
        await asyncio.sleep(0.01)


async def test_a_changed_byte_is_refused_and_the_old_model_stays(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    old = await publish(1)
    await served.refresh()
    new = await publish(2)
    (await model_store.folder(new) / "cost.json").write_bytes(b'{"usd": 1}')
    await served.refresh()
    assert await served.model() == old
    assert "cost.json changed" in served.refused


async def test_going_back_to_the_model_in_service_clears_the_refusal(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    old = await publish(1)
    await served.refresh()
    new = await publish(2)
    (await model_store.folder(new) / "cost.json").unlink()
    await served.refresh()
    await model_store.point_to(old)
    await served.refresh()
    assert served.refused == ""


async def test_a_refused_model_that_is_pointed_to_anew_is_tried_at_once(model_store, publish, tmp_path):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    old = await publish(1)
    await served.refresh()
    new = await publish(2)
    (await model_store.folder(new) / "cost.json").unlink()
    await served.refresh()
    await model_store.point_to(old)
    await served.refresh()
    await model_store.publish(new, tmp_path / "made-2")
    await model_store.point_to(new)
    await served.refresh()
    assert (await served.model(), served.refused) == (new, "")


async def test_while_one_model_is_refused_the_next_one_is_tried_at_once(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    await publish(1)
    await served.refresh()
    bad = await publish(2)
    (await model_store.folder(bad) / "cost.json").unlink()
    await served.refresh()
    good = await publish(3)
    await served.refresh()
    assert (await served.model(), served.refused) == (good, "")


async def test_a_library_that_breaks_on_a_folder_costs_nothing_but_the_new_model(model_store, publish):
    class Breaks(MemoryLoader):
        def load(self, model, folder):
            if model.version == 2:
                raise ZeroDivisionError
            return super().load(model, folder)

    served = ServedModel(model_store, Breaks(DEFAULT))
    old = await publish(1)
    await served.refresh()
    await publish(2)
    await served.refresh()
    assert await served.model() == old
    assert "ZeroDivisionError" in served.refused


async def test_an_unavailable_model_store_costs_nothing_but_news(model_store, publish):
    served = ServedModel(model_store, MemoryLoader(DEFAULT))
    old = await publish(1)
    await served.refresh()
    model_store.failure = RegistryUnavailable("the shelf is away")
    await served.refresh()
    assert await served.model() == old
    assert served.refused == "the shelf is away"


async def test_a_loader_that_refuses_leaves_the_reason_to_those_who_ask(model_store, publish):
    loader = MemoryLoader(DEFAULT)
    loader.failure = ModelRefused("it was made by another release")
    served = ServedModel(model_store, loader)
    await publish(1)
    await served.refresh()
    with pytest.raises(PredictorUnavailable, match="another release"):
        await served.predict([ann])


class Ledger:
    """Moves the pointer while the model follows, or fails as a test asks."""

    def __init__(self, publish):
        self.publish, self.failure, self.version, self.repairs = publish, None, 1, 0
        self.published = None

    @asynccontextmanager
    async def following(self):
        yield self

    async def __call__(self, *, repair):
        self.repairs += repair
        if self.failure:
            raise self.failure
        if self.version != self.published:
            await self.publish(self.version)
            self.published = self.version


@pytest.fixture
def ledger(publish):
    return Ledger(publish)


@pytest.fixture
async def follows(model_store, ledger):
    """A model that follows a ledger."""
    served = ServedModel(model_store, MemoryLoader(DEFAULT), ledger.following, **QUICK)
    following = asyncio.create_task(served.follow())
    yield served
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def until_version(served, version):
    async with asyncio.timeout(30):
        while True:
            with suppress(PredictorUnavailable):
                if (await served.model()).version == version:
                    return
            await asyncio.sleep(0.01)


async def until(condition):
    async with asyncio.timeout(30):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


async def test_it_serves_what_the_ledger_names(follows, ledger):
    await until_version(follows, 1)
    ledger.version = 2
    await until_version(follows, 2)
    assert follows.refused == ""


@pytest.mark.parametrize(
    "failure", [RepositoryUnavailable("the ledger is away"), OSError("the disk is full")], ids=["away", "full"]
)
async def test_while_the_ledger_cannot_be_followed_the_last_model_answers_and_that_is_said(
    follows, ledger, caplog, failure
):
    await until_version(follows, 1)
    ledger.failure, ledger.version = failure, 2
    await until(lambda: str(failure) in follows.refused)
    assert (await follows.predict([ann]))[0].model.version == 1
    assert f"the model store cannot follow the ledger, version 1 stays in service: {follows.refused}" in caplog.messages
    ledger.failure = None
    await until_version(follows, 2)
    await until(lambda: not follows.refused)


async def test_with_an_empty_model_store_it_says_what_it_waits_for(model_store, ledger):
    ledger.failure = RegistryUnavailable("MLflow does not answer")
    served = ServedModel(model_store, MemoryLoader(DEFAULT), ledger.following, **QUICK)
    following = asyncio.create_task(served.follow())
    await until(lambda: served.refused)
    with pytest.raises(PredictorUnavailable, match="MLflow does not answer"):
        await served.model()
    following.cancel()


async def test_a_version_in_the_model_store_answers_before_the_ledger_does(model_store, publish, ledger):
    old = await publish(1)
    ledger.failure = RegistryUnavailable("away")
    served = ServedModel(model_store, MemoryLoader(DEFAULT), ledger.following, **QUICK)
    await served.refresh()
    assert await served.model() == old


async def test_that_a_model_was_refused_is_told_to_whoever_can_repair_it(model_store, publish, ledger):
    bad = await publish(1)
    (await model_store.folder(bad) / "cost.json").unlink()
    ledger.failure = RegistryUnavailable("away")
    served = ServedModel(model_store, MemoryLoader(DEFAULT), ledger.following, **QUICK)
    await served.refresh()
    following = asyncio.create_task(served.follow())
    await until(lambda: ledger.repairs)
    following.cancel()
