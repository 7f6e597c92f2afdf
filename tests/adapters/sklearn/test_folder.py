"""What is refused before anything is loaded."""

import json
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression

from adapters.arrow.synthetic import SyntheticClaims
from adapters.common.schema_json import schema_of_json
from adapters.sklearn import folder as files
from adapters.sklearn.families import FAMILIES
from adapters.sklearn.storage import TRUSTED, opened, read
from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, sha256
from tests.support.default_schema import DEFAULT


@pytest.fixture(scope="module")
def made(cook, claims):
    return cook(claims, "linear")


@pytest.fixture
def copy(made, tmp_path):
    target = tmp_path / "medcost"
    target.mkdir()
    for file in made.folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def resealed(folder):
    (folder / MANIFEST).unlink()
    return files.seal(folder)


def test_what_was_made_is_read_again(made, claims):
    model, learnt_from = read(made.folder, made.digest)
    assert len(learnt_from) == len(claims)
    assert np.isfinite(model.expected(np.asarray(claims.facts))).all()


def test_a_folder_is_known_by_its_own_manifest(made, copy, tmp_path):
    assert (opened(copy).digest, opened(copy).card) == (made.digest, made.card)
    (copy / "card.json").write_bytes(b"{}")
    with pytest.raises(ModelRefused, match=r"card\.json changed"):
        opened(copy)
    with pytest.raises(ModelRefused, match="is no model folder"):
        opened(tmp_path / "nothing")


def test_another_version_of_scikit_learn_is_refused(copy):
    manifest = json.loads((copy / MANIFEST).read_bytes())
    manifest["versions"]["scikit-learn"] = "0.24.2"
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelRefused, match=r"scikit-learn 0\.24\.2"):
        read(copy, sha256((copy / MANIFEST).read_bytes()))


def test_a_pickle_is_refused_even_where_it_is_listed(copy):
    (copy / "estimator.skops").write_bytes(pickle.dumps(LinearRegression()))
    with pytest.raises(ModelRefused, match="may not be loaded"):
        read(copy, resealed(copy))


def test_one_file_more_is_refused_even_where_it_is_listed(copy):
    (copy / "more.json").write_text("{}")
    with pytest.raises(ModelRefused, match="a model folder holds"):
        read(copy, resealed(copy))


def test_a_link_is_refused(copy, tmp_path):
    (copy / "card.json").rename(tmp_path / "elsewhere.json")
    (copy / "card.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ModelRefused, match="no plain file"):
        read(copy, files.sha256((copy / MANIFEST).read_bytes()))


def test_a_type_outside_the_list_is_refused(copy):
    estimator: Any = DummyRegressor().fit([[0.0]], [0.0])
    estimator.constant_ = subprocess.Popen
    (copy / "estimator.skops").write_bytes(skops.io.dumps(estimator))
    with pytest.raises(ModelRefused, match="Popen"):
        read(copy, resealed(copy))


def test_objects_in_an_array_are_refused(copy):
    np.savez(copy / "reference.npz", rows=np.array([{}], dtype=object))
    with pytest.raises(ModelRefused):
        read(copy, resealed(copy))


def test_another_estimator_than_the_one_that_was_measured_is_refused(copy, table):
    other = LinearRegression().fit(table.rows, table.charges * 2)
    (copy / "estimator.skops").write_bytes(skops.io.dumps(other))
    with pytest.raises(ModelRefused, match="answers"):
        read(copy, resealed(copy))


@pytest.fixture(scope="module")
def few():
    """Claims of as few people as every family learns from: the list is about types, not about figures."""
    return SyntheticClaims(DEFAULT, rows=150, seed=2).read()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_needs_no_more_than_the_list_allows(cook, few, family):
    made = cook(few, family)
    allowed = set(TRUSTED)
    assert set(skops.io.get_untrusted_types(file=made.folder / "estimator.skops")) <= allowed
    model, _ = read(made.folder, made.digest)
    assert len(model.background) == 100


def test_verifying_a_folder_needs_no_scikit_learn():
    code = "import sys, adapters.sklearn.folder; assert 'sklearn' not in sys.modules and 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # our own line


def test_a_folder_keeps_the_schema_that_its_model_learned_with(made):
    model, _ = read(made.folder, made.digest)
    assert model.schema == schema_of_json((made.folder / files.SCHEMA).read_bytes()) == DEFAULT
    assert files.SCHEMA in json.loads((made.folder / MANIFEST).read_bytes())["files"]


def test_a_folder_of_before_schemas_answers_as_before(made, copy, claims):
    (copy / files.SCHEMA).unlink()
    before, _ = read(copy, resealed(copy))
    now, _ = read(made.folder, made.digest)
    rows = np.asarray(claims.facts)
    assert (before.predict_arrays(rows)[0] == now.predict_arrays(rows)[0]).all()
    assert [(fact.name, fact.kind, fact.bounds, fact.choices) for fact in before.schema.facts] == [
        (fact.name, fact.kind, fact.bounds, fact.choices) for fact in DEFAULT.facts
    ]


@pytest.mark.parametrize("content", [b"{}", b"no", b'{"name": "x", "colour": "red"}'])
def test_a_schema_that_is_none_is_refused(copy, content):
    (copy / files.SCHEMA).write_bytes(content)
    with pytest.raises(ModelRefused, match="may not be loaded"):
        read(copy, resealed(copy))
