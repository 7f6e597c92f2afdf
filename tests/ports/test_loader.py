"""The port `loader`: one suite over every adapter."""

from array import array
from datetime import UTC, datetime

import pytest

from adapters.memory.loader import MemoryLoader, write_flat_model
from domain.costs.chance import Chance
from domain.costs.estimate_columns import codes_of, shaped
from domain.costs.prediction import ModelReference, NewPrediction, Published
from domain.errors import InvalidBeneficiary, ModelRefused
from domain.models.manifest import MANIFEST
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, FACTS, Region

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))


@pytest.fixture(params=["memory", "sklearn"])
def stored_model(request, tmp_path):
    """A loader, and a folder with its digest that may be spoilt."""
    folder = tmp_path / "medcost"
    if request.param == "memory":
        return MemoryLoader(DEFAULT), folder, write_flat_model(folder, usd=100)
    from adapters.sklearn.loader import SklearnLoader

    fitted = request.getfixturevalue("fitted")
    folder.mkdir()
    for file in fitted.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return SklearnLoader(), folder, fitted.digest


async def test_a_loaded_model_answers_and_names_itself(stored_model):
    loader, folder, digest = stored_model
    model = loader.load(ModelReference(7, digest), folder)
    (estimate,) = await model.predict([ann])
    assert estimate.model == await model.model() == ModelReference(7, digest)
    assert estimate.cost.expected > 0


async def test_many_are_answered_as_numbers_as_each_is_alone(stored_model):
    loader, folder, digest = stored_model
    model = loader.load(ModelReference(7, digest), folder)
    people = [ann, ann.changed(age=90), ann.changed(smoker=True, region=Region.SOUTHWEST)] * 30
    facts = shaped(array("d", [number for who in people for number in who.as_numbers()]), (len(people), 6))
    columns = await model.predict_columns(facts)
    estimates = await model.predict(people)
    assert columns.model == ModelReference(7, digest)
    assert columns.numbers.tolist() == [
        [estimate.cost.mean, *estimate.cost.quantiles, estimate.cost.zero] for estimate in estimates
    ]
    assert [columns.cautions.get(row, ()) for row in range(len(people))] == [
        estimate.cautions for estimate in estimates
    ]


async def test_chances_of_many_are_those_of_each(stored_model):
    loader, folder, digest = stored_model
    model = loader.load(ModelReference(7, digest), folder)
    people = [ann, ann.changed(age=90), ann.changed(smoker=True, region=Region.SOUTHWEST)]
    facts = shaped(array("d", [number for who in people for number in who.as_numbers()]), (len(people), 6))
    published = await model.publish_columns(facts, above=9_000.0)
    chances = [Chance.of(estimate.cost, 9_000.0) for estimate in await model.predict(people)]
    assert published.zero.tolist() == [chance.zero for chance in chances]
    assert published.above is not None
    assert published.above.tolist() == pytest.approx([chance.above for chance in chances], abs=2e-6)


async def test_what_is_published_of_many_is_what_is_recorded_of_each(stored_model):
    loader, folder, digest = stored_model
    model = loader.load(ModelReference(7, digest), folder)
    ages, bmis = (18, 40, 64, 90), (10.0, 15.95, 27.5, 30.0, 33.333, 70.0)
    people = [
        ann.changed(age=a, bmi=b, children=c, smoker=s)
        for a in ages
        for b in bmis
        for c in (0, 9)
        for s in (True, False)
    ]
    facts = shaped(array("d", [number for who in people for number in who.as_numbers()]), (len(people), 6))
    columns = await model.publish_columns(facts)
    recorded = [
        NewPrediction.of(who, Published.of(estimate), at=datetime.now(UTC))
        for who, estimate in zip(people, await model.predict(people), strict=True)
    ]
    assert columns.model == ModelReference(7, digest)
    assert columns.money.tolist() == [
        [prediction.expected for prediction in recorded],
        [prediction.typical for prediction in recorded],
        [prediction.interval.low for prediction in recorded],
        [prediction.interval.high for prediction in recorded],
    ]
    assert [codes_of(bits, columns.codes) for bits in columns.cautions] == [
        tuple(caution.code for caution in prediction.cautions) for prediction in recorded
    ]


async def test_nobody_is_answered_with_no_numbers(stored_model):
    loader, folder, digest = stored_model
    model = loader.load(ModelReference(7, digest), folder)
    published = await model.publish_columns(memoryview(array("d")))
    assert (published.money.nbytes, bytes(published.cautions)) == (0, b"")
    columns = await loader.load(ModelReference(7, digest), folder).predict_columns(memoryview(array("d")))
    assert (len(columns.numbers), dict(columns.cautions)) == (0, {})


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("value", [-1.0, 0.5, 200.0, float("nan"), float("inf")])
async def test_a_number_that_is_no_fact_is_refused_by_name(stored_model, column, value):
    loader, folder, digest = stored_model
    row = list(ann.as_numbers())
    row[column] = value
    facts = shaped(array("d", [*ann.as_numbers(), *row]), (2, 6))
    with pytest.raises(InvalidBeneficiary, match=FACTS[column]):
        await loader.load(ModelReference(7, digest), folder).predict_columns(facts)


def test_a_changed_byte_is_refused(stored_model):
    loader, folder, digest = stored_model
    file = next(entry for entry in sorted(folder.iterdir()) if entry.name != MANIFEST)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelRefused, match="changed"):
        loader.load(ModelReference(1, digest), folder)


def test_an_unlisted_file_is_refused(stored_model):
    loader, folder, digest = stored_model
    (folder / "more.pkl").write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelRefused, match="unlisted"):
        loader.load(ModelReference(1, digest), folder)


def test_a_missing_file_is_refused(stored_model):
    loader, folder, digest = stored_model
    next(entry for entry in sorted(folder.iterdir()) if entry.name != MANIFEST).unlink()
    with pytest.raises(ModelRefused, match="missing"):
        loader.load(ModelReference(1, digest), folder)


def test_another_digest_is_refused(stored_model):
    loader, folder, _ = stored_model
    with pytest.raises(ModelRefused, match="digest"):
        loader.load(ModelReference(1, "0" * 64), folder)


def test_a_folder_that_is_not_there_is_refused(stored_model, tmp_path):
    loader, _, digest = stored_model
    with pytest.raises(ModelRefused):
        loader.load(ModelReference(1, digest), tmp_path / "nothing")


def test_reference_rows_have_their_charges(stored_model):
    loader, folder, digest = stored_model
    reference = loader.reference(ModelReference(1, digest), folder)
    assert all(len(column) == len(reference) for column in reference.more.values())
    assert {len(row) for row in reference.facts} <= {6}


def test_reference_rows_of_a_changed_folder_are_refused(stored_model):
    loader, folder, digest = stored_model
    (folder / "more.pkl").write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelRefused, match="unlisted"):
        loader.reference(ModelReference(1, digest), folder)
