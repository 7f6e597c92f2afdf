"""Contract suites of the ports, for authors of adapters.

Each module has the suite of one port as a class of pytest. Inherit from it in a test module, give the fixtures that its
docstring names, and run pytest with pytest-asyncio: an adapter that passes may be named in composition.

    from medcost_testing.predictions import PredictionRepositoryContract

    class TestMyPredictions(PredictionRepositoryContract):
        @pytest.fixture
        def predictions(self, schema):
            return MyPredictions(schema)
"""

from pkgutil import iter_modules
from typing import Final

import pytest

PORTS: Final = tuple(sorted(module.name for module in iter_modules(__path__) if module.name != "people"))
"""The modules with a suite, each with the name of its port in `domain.ports`."""

pytest.register_assert_rewrite(*(f"{__name__}.{port}" for port in PORTS))
