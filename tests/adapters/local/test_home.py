"""A home is closed to others, and belongs to who opens it."""

from __future__ import annotations

import os

import pytest

from adapters.local.home import Home
from domain.errors import ConfigurationError


def mode(path):
    return path.lstat().st_mode & 0o777


def test_a_home_that_is_there_already_is_closed_with_what_is_in_it(tmp_path):
    home = tmp_path / "home"
    (home / "mlflow").mkdir(parents=True)
    (home / "mlflow/rows.csv").write_text("age")
    (home / "run.json").touch()
    for path, given in ((home, 0o755), (home / "mlflow", 0o775), (home / "run.json", 0o644)):
        path.chmod(given)
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (home / "link").symlink_to(tmp_path / "elsewhere")
    Home(home).make()
    assert [mode(path) for path in (home, home / "mlflow", home / "run.json")] == [0o700, 0o700, 0o600]
    assert mode(tmp_path / "elsewhere") == 0o755


def test_a_new_home_is_closed(tmp_path):
    Home(tmp_path / "deep/home").make()
    assert mode(tmp_path / "deep/home") == 0o700


def test_a_home_of_somebody_else_is_refused_in_a_line(tmp_path, part):
    part("root", None if os.geteuid() == 0 else "only root can give a folder away")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 12345, 12345)
    with pytest.raises(ConfigurationError, match="belongs to the user 12345, not to root") as refused:
        Home(home).require_own()
    assert "\n" not in str(refused.value)
