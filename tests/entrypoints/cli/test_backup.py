"""`medcost backup` and `medcost restore`: what they refuse. What they do is in tests/e2e/test_backup.py."""

import io
import tarfile
from datetime import UTC, datetime

import pytest

from adapters.local.archive import TarArchive
from domain.operations.backups import About


def refused(ended, status, *words):
    assert (ended.status, ended.output, len(ended.errors.splitlines())) == (status, "", 1), ended.errors
    for word in words:
        assert word in ended.errors


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_help_has_examples(medcost, command):
    help_text = medcost(command, "--help")
    assert (help_text.status, f"medcost {command} medcost-2026-11-24.tar.gz" in help_text.output) == (0, True)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_a_file_it_is_wrong_usage(medcost, command):
    refused(medcost(command), 2, "FILE")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_in_production_it_names_what_does_it_there(medcost, tmp_path, command):
    ended = medcost(
        command, tmp_path / "f", "--profile", "production", MEDCOST_DATABASE_URL="postgresql://api@db/medcost"
    )
    refused(ended, 2, "docker/postgres/backup.sh")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_the_profile_that_keeps_nothing_has_nothing_to_keep(medcost, tmp_path, command):
    refused(medcost(command, tmp_path / "f", "--profile", "memory"), 2, "keeps nothing")


def test_a_home_that_is_not_made_yet_is_not_backed_up_and_not_made(medcost, home, tmp_path):
    refused(medcost("backup", tmp_path / "f"), 1, "holds nothing yet")
    assert not home.exists()


def test_a_file_that_is_not_there_or_is_no_backup_makes_no_home(medcost, home, tmp_path):
    refused(medcost("restore", tmp_path / "f"), 1, "there is no")
    (tmp_path / "f").write_text("no backup")
    refused(medcost("restore", tmp_path / "f"), 1, "no backup of Medcost")
    assert sorted(path.name for path in home.parent.iterdir()) == ["f"]


def test_an_archive_of_something_else_makes_no_home(medcost, home, tmp_path):
    listing = b'{"format": 1, "files": {}, "about": {}}'
    with tarfile.open(tmp_path / "f", "w:gz") as archive:
        member = tarfile.TarInfo("contents.json")
        member.size = len(listing)
        archive.addfile(member, io.BytesIO(listing))
    refused(medcost("restore", tmp_path / "f"), 1, "does not say what it is a backup of")
    about = About(datetime(2026, 1, 1, tzinfo=UTC), "1", None, None)
    TarArchive().write(tmp_path / "f", [], about, progress=lambda _: None)
    refused(medcost("restore", tmp_path / "f"), 1, "databases/medcost", "missing")
    assert sorted(path.name for path in home.parent.iterdir()) == ["f"]


def test_the_place_of_another_home_is_taken_only_by_who_says_so(medcost, home, tmp_path):
    home.mkdir()
    (home / "something").write_text("of somebody's")
    refused(medcost("restore", tmp_path / "f"), 1, "--replace", f"{home}.replaced")
    assert [path.name for path in home.iterdir()] == ["something"]
