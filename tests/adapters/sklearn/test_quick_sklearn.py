"""scikit-learn is imported without pandas where models are served, and pandas can be imported afterwards."""

import subprocess
import sys
from threading import Thread

import pytest

from adapters.sklearn.quick_sklearn import LeftOut

SERVING = """
import sys
from entrypoints.composition.sklearn_parts import sklearn_loader
sklearn_loader()
print("sklearn.ensemble" in sys.modules, "pandas" in sys.modules, "pyarrow.compute" in sys.modules)
import pandas as pd
from sklearn.linear_model import LinearRegression
rows = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 1.0]})
print(*LinearRegression().fit(rows, [1.0, 3.0]).feature_names_in_)
"""


@pytest.mark.process
def test_a_process_that_loads_models_has_no_pandas_until_it_asks_for_it():
    lines = subprocess.check_output([sys.executable, "-c", SERVING], text=True).splitlines()
    assert lines == ["True False False", "a b"]


def test_another_thread_imports_pandas_meanwhile():
    finder, answers = LeftOut(), []
    with pytest.raises(ImportError, match="pandas is left out"):
        finder.find_spec("pandas", None)
    assert finder.find_spec("pandas.core", None) is None
    other = Thread(target=lambda: answers.append(finder.find_spec("pandas", None)))
    other.start()
    other.join()
    assert answers == [None]
