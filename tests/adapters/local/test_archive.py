"""An archive is whole or refused, and nothing in it leads out of its folder."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime

import pytest

from adapters.local.archive import TarArchive
from domain.errors import BackupRefused
from domain.operations.backups import About

ABOUT = About(datetime(2026, 1, 1, tzinfo=UTC), "1", "0001", 3)
CONTENTS = {"made_at": "2026-01-01T00:00:00Z", "medcost": "1", "schema": "0001", "champion": 3}


@pytest.fixture
def files(tmp_path):
    """Names, and where their content lies."""
    folder = tmp_path / "content"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/random").write_bytes(os.urandom(300_000))
    (folder / "text").write_text("a line\n" * 1000)
    (folder / "empty").write_bytes(b"")
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture
def made(files, tmp_path):
    file = tmp_path / "made.tar.gz"
    TarArchive().write(file, files, ABOUT, progress=lambda _: None)
    return file


def read(file, into=None):
    return TarArchive().read(file, into, progress=lambda _: None)


def test_what_was_written_is_read_byte_for_byte(files, made, tmp_path):
    contents = read(made, tmp_path / "out")
    assert contents.about == ABOUT
    assert {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    } == {name for name, _ in files}
    for name, path in files:
        assert (tmp_path / "out" / name).read_bytes() == path.read_bytes()


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(made):
    assert made.stat().st_mode & 0o077 == 0
    assert [path.name for path in made.parent.iterdir() if path.is_file()] == [made.name]


def test_all_bytes_are_told_of(files, tmp_path):
    written, seen = [], []
    file = tmp_path / "made.tar.gz"
    TarArchive().write(file, files, ABOUT, progress=written.append)
    assert sum(written) == sum(path.stat().st_size for _, path in files)
    TarArchive().read(file, None, progress=seen.append)
    assert 0 < sum(seen) <= file.stat().st_size


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.9999])
def test_a_file_that_ends_early_is_refused(made, share):
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupRefused):
        read(made)


@pytest.mark.parametrize("place", [3, 11, 500, 0.5, -5, -1])
def test_a_changed_byte_is_refused(made, place):
    content = bytearray(made.read_bytes())
    index = int(len(content) * place) if isinstance(place, float) else place
    content[index] ^= 0x55
    made.write_bytes(content)
    with pytest.raises(BackupRefused):
        read(made)


def packed(tmp_path, *members):
    """A tar of these members, whole in itself."""
    file = tmp_path / "packed.tar.gz"
    with tarfile.open(file, "w:gz") as made:
        for member, content in members:
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return file


def listed(*names, sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"):
    """The list of contents, by default of empty files."""
    contents = json.dumps({"format": 1, "files": dict.fromkeys(names, sha256), "about": CONTENTS})
    return tarfile.TarInfo("contents.json"), contents.encode()


def link(name, to, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("a/../../outside"),
        link("inside", "/etc/passwd"),
        link("inside", "../outside"),
        link("inside", "other", tarfile.LNKTYPE),
        link("inside", "", tarfile.FIFOTYPE),
        link("inside", "", tarfile.CHRTYPE),
        link("inside", "", tarfile.DIRTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}-{member.linkname}",
)
def test_a_member_that_is_no_file_inside_is_refused_and_nothing_is_written_outside(tmp_path, member):
    file = packed(tmp_path, (member, b""), listed(member.name))
    (tmp_path / "out").mkdir()
    with pytest.raises(BackupRefused):
        read(file, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "packed.tar.gz"]
    assert list((tmp_path / "out").iterdir()) == []


def test_an_absolute_name_is_refused(tmp_path):
    file = packed(tmp_path, (tarfile.TarInfo("/tmp/medcost-escaped"), b""), listed("/tmp/medcost-escaped"))
    with pytest.raises(BackupRefused, match="does not belong"):
        read(file, tmp_path / "out")
    assert not os.path.lexists("/tmp/medcost-escaped")


@pytest.mark.parametrize(
    "members",
    [
        [],
        [(tarfile.TarInfo("a"), b"")],
        [(tarfile.TarInfo("a"), b""), listed()],
        [listed("a")],
        [(tarfile.TarInfo("a"), b""), (tarfile.TarInfo("a"), b""), listed("a")],
        [(tarfile.TarInfo("a"), b"other"), listed("a")],
        [listed(), (tarfile.TarInfo("a"), b"")],
        [(tarfile.TarInfo("contents.json"), b"no list")],
        [(tarfile.TarInfo("contents.json"), json.dumps({"format": 99, "files": {}, "about": CONTENTS}).encode())],
    ],
    ids=[
        "nothing",
        "no list",
        "unlisted",
        "missing",
        "twice",
        "changed",
        "after the list",
        "spoilt",
        "another release",
    ],
)
def test_what_is_not_as_it_is_listed_is_refused(tmp_path, members):
    with pytest.raises(BackupRefused):
        read(packed(tmp_path, *members), tmp_path / "out")


@pytest.mark.parametrize(
    "content", [b"", b"no archive", gzip.compress(b"no tar", mtime=0)], ids=["empty", "text", "gzip"]
)
def test_something_else_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BackupRefused, match="no backup of Medcost"):
        read(tmp_path / "file")


def test_a_file_that_is_gone_meanwhile_is_left_out(files, tmp_path):
    contents = TarArchive().write(
        tmp_path / "made.tar.gz", [*files, ("gone", tmp_path / "gone")], ABOUT, progress=lambda _: None
    )
    assert set(contents.files) == {name for name, _ in files}


def test_where_it_cannot_be_written_nothing_is_left(files, tmp_path):
    with pytest.raises(BackupRefused, match="cannot be written"):
        TarArchive().write(tmp_path / "no folder" / "made.tar.gz", files, ABOUT, progress=lambda _: None)
    assert not (tmp_path / "no folder").exists()


@pytest.mark.process
def test_killed_while_it_writes_the_archive_that_was_there_stays(files, made, tmp_path):
    before = made.read_bytes()
    program = (
        "import os, pathlib, sys\n"
        "from datetime import UTC, datetime\n"
        "from adapters.local.archive import TarArchive\n"
        "from domain.operations.backups import About\n"
        "made, content = map(pathlib.Path, sys.argv[1:])\n"
        "about = About(datetime(2026, 1, 1, tzinfo=UTC), '1', '0001', 3)\n"
        "TarArchive().write(made, [('a', content)], about, progress=lambda _: os.kill(0, 9))\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(made), str(files[0][1])], check=False, start_new_session=True
    )
    assert killed.returncode == -9
    assert made.read_bytes() == before
    TarArchive().write(made, files, ABOUT, progress=lambda _: None)
    assert [path.name for path in made.parent.iterdir() if path.is_file()] == [made.name]


def tar(file, *members):
    """Write an archive of any members, whoever would write such a one."""
    with tarfile.open(file, "w:gz", format=tarfile.GNU_FORMAT) as written:
        for member, content in members:
            written.addfile(member, io.BytesIO(content))
    return file


def member(name, size=0, **about):
    made = tarfile.TarInfo(name)
    made.size = size
    for key, value in about.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([(member("postgres/postgresql.auto.conf", 1), b"x")], "does not belong"),
        ([(member("run.json", 1), b"x")], "does not belong"),
        ([(member("kept/../run.json", 1), b"x")], "does not belong"),
        ([(member("kept//x", 1), b"x")], "does not belong"),
        ([(member("kept/device", type=tarfile.CHRTYPE), b"")], "does not belong"),
        ([(member("kept/fifo", type=tarfile.FIFOTYPE), b"")], "does not belong"),
        ([(member("kept/link", type=tarfile.SYMTYPE, linkname="/etc"), b"")], "does not belong"),
        ([(member("kept/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"), b"")], "does not belong"),
        ([(member("kept/folder", type=tarfile.DIRTYPE), b"")], "does not belong"),
        ([(member("kept/sparse", type=tarfile.GNUTYPE_SPARSE), b"")], "does not belong|damaged"),
        ([(member("kept/zeros", 100_000_000), bytes(100_000_000))], "unpacks to more than"),
        ([(member("x", 1_000_000, type=tarfile.GNUTYPE_LONGNAME), bytes(1_000_000))], "a name or note of"),
        ([(member("x", 1_000_000, type=tarfile.XHDTYPE), bytes(1_000_000))], "a name or note of"),
    ],
    ids=[
        *("settings", "processes", "up", "empty", "device", "fifo", "link", "hard-link", "folder", "sparse", "zeros"),
        *("name", "note"),
    ],
)
def test_what_does_not_belong_or_is_far_too_large_is_refused_in_a_line(tmp_path, members, why):
    file = tar(tmp_path / "foreign.tar.gz", *members)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(BackupRefused, match=why) as refused:
        TarArchive().read(file, out, progress=lambda _: None, belongs=lambda name: name.startswith("kept/"))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run.json").exists()
