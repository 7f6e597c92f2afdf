"""Each suite that is shipped is that of a port, is used by ours, and stands in the documentation."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from medcost_testing import PORTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("port", PORTS)
def test_a_shipped_suite_is_the_one_that_our_adapters_pass(port):
    assert find_spec(f"domain.ports.{port}")
    ours = (ROOT / f"tests/ports/test_{port}.py").read_text(encoding="utf-8")
    assert f"from medcost_testing.{port} import" in ours
    assert f"| `medcost_testing.{port}` |" in (ROOT / "docs/extending.md").read_text(encoding="utf-8")


def test_suites_are_shipped():
    assert {"predictions", "predictor", "dataset", "registry", "clock"} <= {*PORTS}
