"""The port `home_folders`: what the adapter promises."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.local.home_folders import LocalHomes
from domain.errors import HomeInUse


def nothing_runs(folder: Path) -> None:
    """Stand for the databases of a folder that has none."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a file of each kind."""
    home = tmp_path / "home"
    for name in ("serving.json", "ledger.head", "mlflow/artifacts/1/plot.png", "bentoml/models/medcost/v1", "up.log"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    with closing(sqlite3.connect(home / "mlflow/mlflow.db")) as store:
        store.execute("CREATE TABLE runs (run_uuid TEXT)")
    return home


def test_a_backup_holds_the_files_that_it_lists_and_no_others(home: Path) -> None:
    homes = LocalHomes()
    with homes.draft(home) as draft:
        files = dict(homes.files(home, draft))
        assert draft.stat().st_mode & 0o777 == 0o700
        assert all(path.is_file() for path in files.values())
    assert set(files) == {
        "mlflow/mlflow.db", "mlflow/artifacts/1/plot.png", "bentoml/models/medcost/v1", "serving.json", "ledger.head",
    }  # fmt: skip
    assert all(homes.belongs(name) for name in files)
    assert not any(homes.belongs(name) for name in ("up.log", "run.json", "postgres/postgresql.auto.conf", "mlflow/x"))
    assert not list(home.glob("backup-*"))


def test_a_draft_takes_the_place_of_a_home_which_stays_beside_it(home: Path) -> None:
    homes = LocalHomes()
    with homes.held(home), homes.restoring(home, nothing_runs) as draft:
        (draft / "serving.json").write_text("restored")
        replaced = homes.put(draft, home)
    assert replaced is not None
    assert replaced == homes.replaced(home)
    assert ((home / "serving.json").read_text(), (replaced / "serving.json").read_text()) == (
        "restored",
        "serving.json",
    )
    assert sorted(path.name for path in home.parent.iterdir()) == ["home", "home.replaced"]


def test_a_draft_that_is_not_put_anywhere_is_removed_and_one_left_behind_is_emptied(home: Path) -> None:
    homes, left = LocalHomes(), home.with_name("home.restoring")
    left.mkdir()
    (left / "half").write_text("of a killed restore")
    with homes.restoring(home, nothing_runs) as draft:
        assert not (draft / "half").exists()
        with pytest.raises(HomeInUse), homes.restoring(home, nothing_runs):
            pytest.fail("two at once")
    assert [path.name for path in home.parent.iterdir()] == ["home"]


def test_a_new_place_is_taken_by_the_draft(tmp_path: Path) -> None:
    homes = LocalHomes()
    assert not homes.is_there(tmp_path / "new")
    with homes.restoring(tmp_path / "new", nothing_runs) as draft:
        (draft / "serving.json").write_text("restored")
        assert homes.put(draft, tmp_path / "new") is None
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["serving.json"]


def test_a_home_that_is_held_cannot_be_held_twice(home: Path) -> None:
    homes = LocalHomes()
    with homes.held(home), pytest.raises(HomeInUse, match="medcost down"), homes.held(home):
        pytest.fail("two at once")
