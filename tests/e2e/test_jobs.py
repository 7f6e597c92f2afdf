"""A file that is scored in the background by a running system, whose web process is killed midway."""

from __future__ import annotations

import csv
import io
import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx

from application.costs.score_by_job import AT_ONCE
from application.costs.score_file import CHECKPOINT_EACH
from tests.support.command import document
from tests.support.waiting import until

ROWS = int(os.environ.get("MEDCOST_TEST_JOB_ROWS", "400000"))
"""Rows of the file: enough that two thirds of them are left at the first checkpoint; a million for a run by hand."""
CHECKPOINT = CHECKPOINT_EACH * AT_ONCE
COLUMNS = ("number", "age", "sex", "bmi", "children", "smoker", "region")


def test_a_file_whose_web_process_is_killed_midway_ends_with_every_row_once(trained_up, tmp_path: Path) -> None:
    text = io.StringIO()
    people = csv.writer(text)
    people.writerow(COLUMNS)
    for n in range(ROWS):
        age = 7 if n % 1000 == 999 else 18 + n % 80
        people.writerow((n, age, "female", 20 + n % 30, n % 4, "no", "northeast"))

    with trained_up(tmp_path, MEDCOST_JOBS_LAPSE="2") as (home, url):
        parts = {part["name"]: part["pid"] for part in document("status", home=home)["parts"]}
        sent = httpx.post(
            f"{url}/api/v1/jobs", content=text.getvalue().encode(), headers={"Content-Type": "text/csv"}, timeout=60
        )
        assert sent.status_code == 202, sent.text
        place = f"{url}{sent.headers['location']}"
        states: list[dict] = [sent.json()]

        def look() -> dict:
            with suppress(httpx.TransportError):  # killed, and not back yet
                states.append(httpx.get(place, timeout=10).json())
            return states[-1]

        until(lambda: look()["scoring"]["rows"] > CHECKPOINT, within=120, pause=0.02)
        os.kill(parts["web"], signal.SIGKILL)
        assert look()["state"] == "running", "it was done before it could be killed: give it more rows"
        until(lambda: look()["state"] not in ("waiting", "running"), within=280, pause=0.2)
        job = states[-1]
        assert (job["state"], job["scoring"]["rows"], job["scoring"]["bad"]) == ("done", ROWS, ROWS // 1000)
        answers = list(csv.DictReader(io.StringIO(httpx.get(f"{place}/result", timeout=60).text)))
        assert [int(row["number"]) for row in answers] == list(range(ROWS))
        assert all(int(row["file_line"]) == int(row["number"]) + 2 for row in answers)
        assert all(bool(row["expected"]) != bool(row["left_out"]) for row in answers)
