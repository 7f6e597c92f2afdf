"""`medcost predict` on a real S3 server: by one process, by two workers, killed midway, and refused."""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.bentoml.publisher import BentoPublisher
from adapters.common.executor import LocalExecutor
from adapters.local.home import Home
from adapters.sklearn.loader import SklearnLoader
from application.costs.score_folder import ScoreFolder, ShipModel
from tests.support import command
from tests.support.command import Ended
from tests.support.default_schema import READING
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(600)

PEOPLE = "s3://claims/people"
NAMES = ["a.parquet", "b.parquet", "month=2/c.parquet"]


def table(rows: int, seed: int) -> pa.Table:
    """People of whom the one in the middle is too young, with a note of 600 bytes each, which is passed through."""
    draw = np.random.default_rng(seed)
    ages = draw.integers(18, 65, rows)
    ages[rows // 2] = 3
    notes = [None, pa.py_buffer(draw.bytes(600 * rows))]
    return pa.table(
        {
            "age": ages,
            "sex": draw.choice(["female", "male"], rows),
            "bmi": draw.uniform(18, 50, rows).round(1),
            "children": draw.integers(0, 6, rows),
            "smoker": draw.choice(["no", "yes"], rows),
            "region": draw.choice(["northeast", "southwest"], rows),
            "note": pa.FixedSizeBinaryArray.from_buffers(pa.binary(600), rows, notes),
        }
    )


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Three files; all but the first make more than the 10 MB that Arrow sends at once."""
    folder = tmp_path_factory.mktemp("people")
    for seed, (name, rows) in enumerate(zip(NAMES, (2_000, 20_000, 20_000), strict=True)):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        pq.write_table(table(rows, seed), file)
    return folder


@pytest.fixture(scope="module")
def bucket(s3, people):
    """The file system of a bucket `claims` in which the people are."""
    files = s3.bucket("claims")
    fs.copy_files(str(people), "claims/people", destination_filesystem=files)
    return files


def arguments(source: str | Path, out: str | Path, *options: str) -> list[str]:
    return ["predict", "--input", str(source), "--output", str(out), "--json", *options]


def run(s3: Any, home: Path, *words: Any, **changed: Any) -> Ended:
    return command.run(*arguments(*words), home=home, **{**s3.environment, **changed})


def predict(s3: Any, *words: Any) -> dict[str, Any]:
    ended = run(s3, *words)
    assert ended.status == 0, ended.errors
    return ended.document


def objects(files: fs.FileSystem, folder: str) -> list[str]:
    """Name all objects below a folder."""
    listed: Any = files.get_file_info(fs.FileSelector(folder, recursive=True, allow_not_found=True))
    return sorted(file.path.removeprefix(f"{folder}/") for file in listed if file.type == fs.FileType.File)


@pytest.fixture(scope="module")
def here(home, people, tmp_path_factory):
    """What is found in each of the people's files, and the folder of their answers, without S3 and in this process."""
    place, folder = Home(home), tmp_path_factory.mktemp("here")
    ship = ShipModel(publisher=BentoPublisher(place.bentoml, place.pointer), loader=SklearnLoader())
    score = ScoreFolder(files=ArrowScoringFiles(), executor=LocalExecutor())
    _, results = score(asyncio.run(ship()), str(people), str(folder), READING)
    return {result.name: result.report for result in results}, folder


def assert_same(files: fs.FileSystem, folder: str, here: Path) -> None:
    assert objects(files, folder) == NAMES
    for name in NAMES:
        assert pq.read_table(f"{folder}/{name}", filesystem=files).equals(pq.read_table(here / name))


@pytest.fixture(scope="module")
def alone(s3, bucket, home):
    """What one process says of the people, having put their answers into `claims/alone`."""
    return predict(s3, home, PEOPLE, "s3://claims/alone")


def test_answers_and_bad_rows_are_those_of_a_folder(bucket, alone, here):
    results, folder = here
    assert_same(bucket, "claims/alone", folder)
    bad = [(name, violation.row, violation.column) for name in NAMES for violation in results[name].violations]
    assert bad == [(NAMES[0], 1_001, "age"), (NAMES[1], 10_001, "age"), (NAMES[2], 10_001, "age")]
    assert [(violation["file"], violation["row"], violation["column"]) for violation in alone["violations"]] == bad
    assert (alone["rows"], alone["bad"], alone["resumed"]) == (42_000, 3, 0)


def test_large_answers_were_sent_in_parts_and_no_draft_stays(s3, bucket, alone):
    sent = set(re.findall(r'"PUT /claims/alone/(\S+)\.[0-9a-f]{32}\.part\?partNumber=2', s3.log_text))
    assert sent == {".b.parquet", "month=2/.c.parquet"}
    assert objects(bucket, "claims/alone") == NAMES


def test_a_rerun_only_reads(s3, home, alone):
    before = s3.log_text
    assert predict(s3, home, PEOPLE, "s3://claims/alone") == {**alone, "resumed": 3}
    assert set(re.findall(r'"(\w+) /', s3.log_text.removeprefix(before))) == {"GET", "HEAD"}


def test_what_a_killed_process_left_is_completed_by_the_workers_of_a_cluster(
    s3, bucket, home, alone, here, dask_cluster
):
    killed = arguments(PEOPLE, "s3://claims/killed")
    process = command.start(*killed, home=home, stderr=subprocess.DEVNULL, environment=s3.environment)

    def second_is_begun():
        assert process.poll() is None
        return "/claims/killed/.b.parquet" in s3.log_text

    until(second_is_begun, within=120, pause=0.01)
    process.kill()
    process.wait(timeout=20)
    assert objects(bucket, "claims/killed") == NAMES[:1]
    with dask_cluster(workers=0) as cluster:
        for _ in range(2):
            cluster.join(**s3.environment)
        options = ("--executor", "dask", "--address", cluster.address)
        assert predict(s3, home, PEOPLE, "s3://claims/killed", *options) == {**alone, "resumed": 1}
    assert_same(bucket, "claims/killed", here[1])


@pytest.mark.parametrize(
    ("source", "changed", "message"),
    [
        ("s3://nowhere/people", {}, "s3://nowhere/people: there is no such bucket: make it, or correct the address"),
        # moto keeps whom it does not know from objects that were copied into their places, not from the other ones
        ("s3://claims/alone", {"AWS_ACCESS_KEY_ID": None}, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ],
    ids=["bucket", "credentials"],
)
def test_a_wrong_bucket_or_missing_credentials_are_told_with_what_to_do(
    s3, bucket, home, alone, source, changed, message
):
    done = run(s3, home, source, "s3://claims/refused", **changed)
    assert done.status == 1
    assert message in done.errors
    assert "Traceback" not in done.errors
    assert objects(bucket, "claims/refused") == []
