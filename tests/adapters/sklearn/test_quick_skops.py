"""skops without its own lists trusts the same types, and model folders load by it as they do by the lists."""

import subprocess
import sys

import pytest
import skops.io
from skops.io import _trusted_types as lists

from adapters.sklearn.quick_skops import usually_trusted

LOADING = """
import sys
from pathlib import Path
from adapters.sklearn.quick_skops import import_skops
import_skops()
from adapters.sklearn.storage import read
model, _ = read(Path(sys.argv[1]), sys.argv[2])
print(model.predict_arrays(model.background)[0].sum())
print("sklearn.neural_network" in sys.modules)
import skops.io
try:
    skops.io.loads(bytes.fromhex(sys.argv[3]), trusted=[])
except Exception as refused:
    print(type(refused).__name__)
"""


@pytest.mark.parametrize(
    "names",
    [
        lists.SKLEARN_ESTIMATOR_TYPE_NAMES,
        lists.SKLEARN_INTERNAL_TYPE_NAMES,
        lists.SCIPY_UFUNC_TYPE_NAMES,
        lists.NUMPY_UFUNC_TYPE_NAMES,
    ],
)
def test_what_skops_lists_is_trusted(names):
    assert usually_trusted(names) == list(names)


@pytest.mark.parametrize(
    "name",
    [
        "subprocess.Popen",
        "numpy.savetxt",
        "numpy.nothing",
        "scipy.special.test",
        "sklearn.base.BaseEstimator.fit",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._testing.MinimalRegressor",
        "sklearn.utils.fixes.sys",
    ],
)
def test_what_skops_does_not_list_is_not_trusted(name):
    assert usually_trusted([name]) == []


@pytest.mark.process
def test_a_folder_loads_by_short_lists_as_by_the_long_ones(cook, claims):
    from sklearn.linear_model import LinearRegression

    from adapters.sklearn.storage import read

    made = cook(claims, "linear")
    foreign = skops.io.dumps(LinearRegression()).hex()
    command = [sys.executable, "-c", LOADING, str(made.folder), made.digest, foreign]
    answers, whole, refused = subprocess.check_output(command, text=True).split()
    model, _ = read(made.folder, made.digest)
    assert float(answers) == pytest.approx(model.predict_arrays(model.background)[0].sum())
    assert (whole, refused) == ("False", "UntrustedTypesFoundException")
