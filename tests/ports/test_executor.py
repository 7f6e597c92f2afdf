"""The port `executor`: one suite over every adapter. Functions are those of libraries that every worker has."""

import math
import operator
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest

import domain
from adapters.common.executor import LocalExecutor
from adapters.common.process_executor import ProcessExecutor
from domain.errors import ConfigurationError, ExecutorUnavailable, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT
from tests.support.waiting import until


@pytest.fixture(scope="module")
def shared_cluster(dask_cluster):
    with dask_cluster(workers=2) as started:
        yield started


@pytest.fixture(scope="module")
def connection(shared_cluster):
    from adapters.dask.executor import connected

    with connected(shared_cluster.address, patience=60) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        yield executor


@pytest.fixture
def cluster(shared_cluster, connection):
    """Whose workers may be killed: there are two again afterwards."""
    yield shared_cluster
    while len(shared_cluster.workers) < 2:
        shared_cluster.join()
    connection.client.wait_for_workers(2, timeout=60)


@pytest.fixture
def processes():
    """Two processes from the second item on."""
    with ProcessExecutor(2, worth_it=0) as executor:
        yield executor


@pytest.fixture(params=["local", "processes", "dask"])
def executor(request):
    if request.param == "local":
        return LocalExecutor()
    return request.getfixturevalue("connection" if request.param == "dask" else "processes")


def test_results_come_in_the_order_of_the_items(executor):
    assert list(executor.map(pow, [3, 1, 2], 5, 7)) == [5, 1, 4]


@pytest.mark.process
def test_items_may_wait_for_each_other_and_still_keep_their_order(executor):
    assert list(executor.map(subprocess.getoutput, ["sleep 0.2; echo slow", "echo fast"])) == ["slow", "fast"]


def test_what_a_function_raises_is_raised_in_its_place(executor):
    results = executor.map(math.sqrt, [4, -1, 9])
    assert next(results) == 2
    with pytest.raises(ValueError, match=r"nonnegative|math domain"):
        next(results)


def test_an_error_of_the_domain_is_the_same_error_here(executor):
    facts = {"age": 3, "sex": "female", "bmi": 99.0, "children": 0, "smoker": False, "region": "northeast"}
    with pytest.raises(InvalidBeneficiary) as raised:
        list(executor.map(partial(Beneficiary.of, DEFAULT), [facts]))
    with pytest.raises(InvalidBeneficiary) as here:
        Beneficiary.of(DEFAULT, facts)
    assert raised.value.errors == here.value.errors


@pytest.mark.process
def test_what_is_no_longer_wanted_is_not_done(executor, tmp_path):
    words = [f"sleep 0.1; touch {tmp_path}/{number}" for number in range(30)]
    with closing(executor.map(subprocess.getoutput, words)) as results:
        next(results)
    assert list(executor.map(subprocess.getoutput, ["true"] * 4)) == [""] * 4  # whose turn is after what came before
    assert len(list(tmp_path.iterdir())) < 10


@pytest.mark.process
def test_what_is_no_longer_wanted_before_any_result_is_not_done(executor, tmp_path):
    executor.map(subprocess.getoutput, [f"touch {tmp_path}/{number}" for number in range(30)]).close()
    assert list(executor.map(subprocess.getoutput, ["true"] * 4)) == [""] * 4  # whose turn is after what came before
    assert not [*tmp_path.iterdir()]


def test_something_else_may_be_shared_each_time(executor):
    assert list(executor.map(operator.add, [[1], [2]], [3])) == [[1, 3], [2, 3]]
    assert list(executor.map(operator.add, [[1], [2]], [4])) == [[1, 4], [2, 4]]


def test_the_work_of_a_lost_worker_is_done_again(cluster, connection, tmp_path):
    words = [f"echo $PPID >>{tmp_path}/{number}; sleep 0.5; echo {number}" for number in range(8)]
    with closing(connection.map(subprocess.getoutput, words)) as results:
        outcomes = [next(results)]
        until(lambda: len(list(tmp_path.iterdir())) >= 4, within=60)
        last = max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        until(last.read_text, within=60)  # the shell has written who its worker is
        (busy,) = (worker for worker in cluster.workers if worker.pid == int(last.read_text()))
        busy.kill()
        cluster.workers.remove(busy)
        outcomes += results
    assert outcomes == [str(number) for number in range(8)]
    assert len(last.read_text().split()) == 2, "begun twice"


@pytest.mark.process
def test_two_processes_of_a_machine_share_the_work(processes, tmp_path):
    words = [f"touch {tmp_path}/{number}; echo $PPID" for number in range(4)]
    with closing(processes.map(subprocess.getoutput, words)) as results:
        outcomes = [next(results)]
        until((tmp_path / "1").exists, within=60)  # begun by the other, for this one waits
        outcomes += results
    assert outcomes[:2] == [str(os.getpid()), str(*processes.pids)]
    assert set(outcomes) == set(outcomes[:2])


@pytest.mark.process
def test_work_that_ends_soon_starts_no_process():
    with ProcessExecutor(2, worth_it=60) as executor:
        assert set(executor.map(subprocess.getoutput, ["echo $PPID"] * 5)) == {str(os.getpid())}
        assert not executor.pids


@pytest.mark.process
def test_a_process_is_prepared_for_many_calls_and_begins_before_results_are_asked(tmp_path):
    prepare = partial(Path.touch, tmp_path / "prepared")
    with ProcessExecutor(2, worth_it=1, expected=1_000, prepare=prepare) as executor:
        until((tmp_path / "prepared").exists, within=60)
        with closing(executor.map(subprocess.getoutput, [f"echo $PPID | tee {tmp_path}/begun"])) as results:
            until((tmp_path / "begun").exists, within=60)
            assert list(results) == [str(*executor.pids)]


@pytest.mark.process
def test_work_of_a_process_that_is_killed_is_done_by_the_others(processes, tmp_path):
    words = [f"echo begun >>{tmp_path}/{number}; sleep 0.3; echo {number}" for number in range(8)]
    with closing(processes.map(subprocess.getoutput, words)) as results:
        outcomes = [next(results)]
        until((tmp_path / "1").exists, within=60)  # begun by the other, for this one waits
        os.kill(processes.pids[0], signal.SIGKILL)
        outcomes += results
    assert outcomes == [str(number) for number in range(8)]
    assert (tmp_path / "1").read_text() == "begun\nbegun\n"


@pytest.mark.process
def test_processes_end_with_whoever_started_them(tmp_path):
    program = (
        "import os, subprocess, pathlib\n"
        "from adapters.common.process_executor import ProcessExecutor\n"
        "executor = ProcessExecutor(2, worth_it=0)\n"
        f"words = ['true', 'echo $PPID >{tmp_path}/pid; sleep 60']\n"
        "results = executor.map(subprocess.getoutput, words)\n"
        "next(results)\n"
        f"while not pathlib.Path('{tmp_path}/pid').exists() or not pathlib.Path('{tmp_path}/pid').read_text(): pass\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    worker = int((tmp_path / "pid").read_text())
    until(lambda: not psutil.pid_exists(worker), within=60)


@pytest.mark.process
def test_what_all_share_outlives_every_worker_that_had_it(cluster, connection):
    from adapters.dask.executor import connected

    assert list(connection.map(operator.add, ["a"], "b")) == ["ab"]
    while cluster.workers:
        cluster.workers.pop().kill()
    with pytest.raises(ExecutorUnavailable, match="has no worker"), connected(cluster.address, patience=1):
        pass
    cluster.join()
    assert list(connection.map(operator.add, ["c"], "b")) == ["cb"]


def refusal(cluster, connection, **environment):
    """What is said of a third worker in another environment."""
    from adapters.dask.executor import connected

    cluster.join(**environment)
    connection.client.wait_for_workers(3, timeout=60)
    try:
        with pytest.raises(ConfigurationError) as refused:
            connected(cluster.address).__enter__()
    finally:
        cluster.workers.pop().kill()
    return str(refused.value)


def test_a_worker_with_another_version_is_named(cluster, connection, tmp_path):
    other = tmp_path / "medcost-9.9.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: medcost\nVersion: 9.9\n")
    message = refusal(cluster, connection, PYTHONPATH=str(tmp_path))
    assert re.search(r"tcp://\S+ has medcost 9.9, here it is", message)


def test_a_worker_with_another_commit_is_named(cluster, connection, tmp_path):
    shutil.copytree(Path(domain.__file__).parents[1], tmp_path / "src")
    with (tmp_path / "src" / "domain" / "cost.py").open("a") as code:
        code.write("# another commit\n")
    message = refusal(cluster, connection, PYTHONPATH=str(tmp_path / "src"))
    assert re.search(r"tcp://\S+ has code of Medcost with digest \w+, here it is", message)


@pytest.mark.process
def test_a_cluster_that_goes_away_is_said_to_be_unavailable(dask_cluster):
    import dask.config

    from adapters.dask.executor import connected

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        dask_cluster(workers=1) as cluster,
        connected(cluster.address, patience=60) as executor,
    ):
        results = executor.map(subprocess.getoutput, ["true", "sleep 60"])
        next(results)
        cluster.end()
        with pytest.raises(ExecutorUnavailable, match="away"):
            next(results)


@pytest.mark.process
def test_a_client_that_gave_its_scheduler_up_is_said_to_be_unavailable(shared_cluster):
    from adapters.dask.executor import connected

    with connected(shared_cluster.address, patience=60) as executor:
        results = executor.map(operator.add, ["a", "c"], "b")
        assert next(results) == "ab"
        executor.client.close()
        for answers in (results, executor.map(operator.add, ["a"], "b")):
            with pytest.raises(ExecutorUnavailable, match="away"):
                next(answers)


@pytest.mark.process
def test_nobody_at_the_address_is_said_at_once():
    from adapters.dask.executor import connected

    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ExecutorUnavailable, match="no Dask scheduler answers"), connected(address, patience=0.5):
        pass


@pytest.mark.parametrize("address", ["spark://127.0.0.1:1", "tcp://127.0.0.1:port"])
@pytest.mark.process
def test_an_address_of_another_kind_is_refused(address):
    from adapters.dask.executor import connected

    with pytest.raises(ConfigurationError, match="no address"), connected(address, patience=1):
        pass
