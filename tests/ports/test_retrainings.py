"""The port `retrainings`: one suite over every adapter."""

from pathlib import Path

import pytest

from adapters.local.home import Home
from adapters.local.retrainings import HomeRetrainings
from adapters.memory.retrainings import MemoryRetrainings
from domain.errors import HomeInUse
from domain.ports.retrainings import Retrainings

SEAL = "5e" * 32


@pytest.fixture(params=["memory", "home"])
def retrainings(request: pytest.FixtureRequest, tmp_path: Path) -> Retrainings:
    return MemoryRetrainings() if request.param == "memory" else HomeRetrainings(Home(tmp_path / "home"))


def test_of_two_at_once_the_second_learns_that_there_is_a_first(retrainings: Retrainings) -> None:
    with retrainings.alone():
        with pytest.raises(HomeInUse, match="a retraining of this home is at work: "), retrainings.alone():
            pytest.fail("two at once")
        with pytest.raises(HomeInUse), retrainings.alone():
            pytest.fail("the refusal let the first one go")
    with retrainings.alone():
        pass


def test_a_report_that_was_kept_names_its_entry(retrainings: Retrainings) -> None:
    assert not retrainings.is_reported(SEAL)
    first = retrainings.keep({"entry": {"number": 1, "seal": SEAL}})
    assert first != retrainings.keep({"entry": None})
    assert retrainings.is_reported(SEAL)
    assert not retrainings.is_reported("ab" * 32)


def test_a_report_is_a_file_of_json_in_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    file = HomeRetrainings(home).keep({"result": "promoted"})
    assert Path(file).read_text() == '{\n  "result": "promoted"\n}'
    assert [str(path) for path in home.reports.iterdir()] == [file]
