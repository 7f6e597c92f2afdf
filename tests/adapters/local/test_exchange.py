"""Two folders change names, and at no moment is there none under either."""

import threading

from adapters.local.exchange import exchange


def test_two_folders_change_names(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "content").write_text(name)
    exchange(tmp_path / "one", tmp_path / "other")
    assert [(tmp_path / name / "content").read_text() for name in ("one", "other")] == ["other", "one"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_whoever_looks_meanwhile_finds_one_or_the_other(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "content").write_text(name)
    done, seen = threading.Event(), set()

    def look():
        while not done.is_set():
            seen.add((tmp_path / "one" / "content").read_text())

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(500):
        exchange(tmp_path / "one", tmp_path / "other")
    done.set()
    looking.join()
    assert seen <= {"one", "other"}
    assert (tmp_path / "one" / "content").read_text() == "one"
