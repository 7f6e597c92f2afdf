"""The port `scoring_files`: one suite over each kind of file that is scored."""

from __future__ import annotations

import pickle
from array import array
from dataclasses import replace

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.memory.scoring_files import MemoryScoringFiles
from domain.costs.estimate_columns import PublishedColumns, shaped
from domain.costs.prediction import ModelReference
from domain.costs.scoring import ScoringJob
from domain.errors import InvalidInput
from domain.people.people_table import ABOVE, ANSWERS, LEFT_OUT, LINE
from tests.support.default_schema import DEFAULT, READING

MODEL = ModelReference(3, "0" * 64)
JOB = ScoringJob(MODEL, READING, at_once=4)


def people(n):
    """People of whom each fifth is too young."""
    return [
        {"name": f"n{i}", "age": 7 if i % 5 == 4 else 20 + i, "sex": "female", "bmi": 27.5, "children": 1,
         "smoker": "no", "region": "northeast"}
        for i in range(n)
    ]  # fmt: skip


class CutShortError(Exception):
    """A run ends before the file does."""


class Memory:
    def __init__(self, folder):
        self.files, self.root = MemoryScoringFiles(), "people"

    def put(self, name, rows):
        self.files.people[f"{self.root}/{name}"] = rows

    def find(self, name):
        return self.files.file(f"{self.root}/{name}", f"costs/{name}")

    def read(self, name):
        return self.files.answers.get(f"costs/{name}")


class Local:
    """One file."""

    ending = "csv"

    def __init__(self, folder):
        self.files, self.root, self.out = ArrowScoringFiles(), folder / "people", folder / "costs"
        self.root.mkdir()
        self.out.mkdir()

    def put(self, name, rows):
        pyarrow.csv.write_csv(pa.Table.from_pylist(rows), self.root / f"{name}.{self.ending}")

    def find(self, name):
        return self.files.file(str(self.root / f"{name}.csv"), str(self.out / f"{name}.csv"))

    def read(self, name):
        file = self.out / f"{name}.{self.ending}"
        return pyarrow.csv.read_csv(file).to_pylist() if file.exists() else None


class Partitioned(Local):
    """One of a folder's files."""

    ending = "parquet"

    def put(self, name, rows):
        pq.write_table(pa.Table.from_pylist(rows), self.root / f"{name}.parquet")

    def find(self, name):
        return next(file for file in self.files.folder(str(self.root), str(self.out)) if file.name == f"{name}.parquet")

    def read(self, name):
        file = self.out / f"{name}.parquet"
        return pq.read_table(file).to_pylist() if file.exists() else None


@pytest.fixture(params=[Memory, Local, Partitioned])
def place(request, tmp_path):
    """Where files of people are put, and their answers read."""
    made = request.param(tmp_path)
    made.put("a", people(10))
    return made


def answers(n, *, with_chance=False):
    money = array("d", [float(amount) for amount in (3, 2, 1, 9) for _ in range(n)])
    cautions = memoryview(array("Q", [0] * n))
    zero: memoryview[float] = memoryview(array("d", [0.25] * n))
    above: memoryview[float] | None = memoryview(array("d", [0.5] * n)) if with_chance else None
    return PublishedColumns(MODEL, shaped(money, (4, n)), cautions, ("few_alike",), zero, above)


def scored(file, job=JOB, *, batches=99):
    """Score so many batches, and keep each."""
    with file.opened(job) as run:
        report = run.report
        for batch, _ in zip(run.batches(), range(batches), strict=False):
            run.write(batch, answers(len(batch.facts), with_chance=job.above is not None))
            report = report.with_batch(batch)
            run.keep(report)
        if report.rows < 10:
            raise CutShortError
    return report


def test_batches_hold_the_facts_of_the_good_rows_and_what_is_wrong_with_the_others(place):
    with place.find("a").opened(JOB) as run:
        batches = list(run.batches())
    assert [(batch.rows, len(batch.facts)) for batch in batches] == [(4, 4), (4, 3), (2, 1)]
    assert all(batch.schema is DEFAULT for batch in batches)
    ages = [row[DEFAULT.names.index("age")] for batch in batches for row in batch.facts.tolist()]
    assert ages == [20, 21, 22, 23, 25, 26, 27, 28]
    bad = [
        (violation.row, violation.column, violation.rule, violation.value)
        for batch in batches
        for violation in batch.violations
    ]
    assert bad == [(5, "age", "range", "7"), (10, "age", "range", "7")]
    assert [list(batch.unused_columns) for batch in batches] == [["name"]] * 3
    assert batches[-1].share == 1


def test_answers_stand_behind_all_columns_of_the_good_rows(place):
    report = scored(place.find("a"))
    assert (report.rows, report.scored, report.unknown_columns) == (10, 8, ("name",))
    written = place.read("a")
    assert [row["name"] for row in written] == ["n0", "n1", "n2", "n3", "n5", "n6", "n7", "n8"]
    assert list(written[0]) == ["name", *DEFAULT.names, *ANSWERS]
    assert [written[0][name] or "" for name in ANSWERS] == [3, 2, 1, 9, 0.25, "", 3]


def test_chances_of_more_than_an_amount_stand_last_and_belong_to_their_job(place):
    scored(place.find("a"))
    job = replace(JOB, above=9_000.0)
    assert place.find("a").done(job) is None
    scored(place.find("a"), job)
    assert list(place.read("a")[0]) == ["name", *DEFAULT.names, *ANSWERS, ABOVE]
    assert {row[ABOVE] for row in place.read("a")} == {0.5}


def test_no_answers_appear_after_an_error(place):
    with pytest.raises(CutShortError):
        scored(place.find("a"), batches=1)
    assert place.read("a") is None


def test_what_is_taken_up_again_ends_as_if_it_had_not_been_cut_short(place):
    with pytest.raises(CutShortError):
        scored(place.find("a"), batches=1)
    report = scored(place.find("a"))
    assert report.resumed in (0, 4)
    assert (report.rows, report.scored, len(report.violations), len(place.read("a"))) == (10, 8, 2, 8)


def test_another_model_and_a_changed_file_are_done_from_the_first_row(place):
    with pytest.raises(CutShortError):
        scored(place.find("a"), batches=1)
    with place.find("a").opened(ScoringJob(ModelReference(4, "1" * 64), READING, at_once=4)) as run:
        assert run.report.rows == 0
    place.put("a", people(11))
    with place.find("a").opened(JOB) as run:
        assert run.report.rows == 0


def test_a_file_is_done_by_its_own_job_or_nobody_knows(place):
    assert place.find("a").done(JOB) is None
    report = scored(place.find("a"))
    assert place.find("a").done(JOB) in (None, report)
    assert place.find("a").done(ScoringJob(ModelReference(4, "1" * 64), READING, at_once=4)) is None


def test_a_file_travels_to_whoever_scores_it(place):
    if not isinstance(place, Memory):
        assert scored(pickle.loads(pickle.dumps(place.find("a")))).scored == 8


def test_a_file_that_is_not_there_is_refused_before_anything_is_written(place, tmp_path):
    gone = place.files.file(str(tmp_path / "gone.csv"), str(tmp_path / "out.csv"))
    with pytest.raises(InvalidInput, match=r"gone\.csv.*cannot be read"), gone.opened(JOB):
        pass
    assert not (tmp_path / "out.csv").exists()


@pytest.fixture(params=[Memory, Partitioned])
def folder(request, tmp_path):
    made = request.param(tmp_path)
    for name in ("b", "a"):
        made.put(name, people(10))
    return made


def test_a_folder_gives_its_files_by_name_and_only_whole_ones_are_done(folder):
    files = folder.files.folder(str(folder.root), "costs" if isinstance(folder, Memory) else str(folder.out))
    assert [file.name.removesuffix(".parquet") for file in files] == ["a", "b"]
    report = scored(files[1])
    assert [file.done(JOB) for file in files] == [None, report]


def test_an_empty_folder_is_refused(folder, tmp_path):
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    with pytest.raises(InvalidInput, match="there is no"):
        folder.files.folder(str(nothing), str(tmp_path / "answers"))


def test_every_row_comes_back_in_its_place_with_its_line_and_what_is_wrong_with_it(place):
    job = replace(JOB, every_row=True, above=5_000.0)
    with pytest.raises(CutShortError):
        scored(place.find("a"), job, batches=1)
    report = scored(place.find("a"), job)
    rows = place.read("a")
    assert (report.rows, report.bad) == (10, 2)
    assert [(row[LINE], row["name"]) for row in rows] == [(i + 2, f"n{i}") for i in range(10)]
    assert [*rows[0]][-len(ANSWERS) - 2 :] == [*ANSWERS, ABOVE, LEFT_OUT]
    left_out = {i: row[LEFT_OUT] for i, row in enumerate(rows) if row[LEFT_OUT]}
    assert left_out.keys() == {4, 9}
    assert left_out[4].startswith("age ")
    assert left_out[4].endswith("found 7")
    unanswered = (None,) * len(ANSWERS)
    assert tuple(rows[4][name] or None for name in ANSWERS) == unanswered
    assert [rows[3][name] for name in ("expected", "low", "high", "chance_zero", ABOVE)] == [3, 1, 9, 0.25, 0.5]
