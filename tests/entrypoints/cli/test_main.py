"""Exit status, one clear line, one JSON document."""

import os
import signal
import subprocess
import sys
import weakref
from contextlib import suppress
from functools import partial
from threading import Event

import pytest

from domain.errors import RegistryUnavailable
from entrypoints.cli.main import run_to_exit
from tests.support.command import put_back


@pytest.mark.process
def test_help_names_every_command_and_imports_nothing_heavy():
    code = (
        "import sys\nfrom entrypoints.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "finally:\n"
        "    heavy = {'sklearn', 'pandas', 'mlflow', 'bentoml', 'optuna', 'numpy', 'sqlalchemy'} & set(sys.modules)\n"
        "    assert not heavy, heavy"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command in ("up", "down", "status", "serve", "doctor", "train", "data", "models", "publish", "evaluate"):
        assert f" {command} " in ended.stdout


@pytest.mark.process
@pytest.mark.parametrize(
    ("command", "parts"),
    [
        (["models", "list"], "entrypoints.composition.database, entrypoints.composition.versions"),
        (["doctor"], "entrypoints.composition.database"),
    ],
)
def test_a_command_that_looks_imports_nothing_that_moves_models(command, parts, tmp_path):
    heavy = "{'alembic', 'dishka', 'pydantic', 'httpx', 'sklearn', 'pandas', 'numpy', 'mlflow', 'bentoml'}"
    code = (
        f"import sys, {parts}\nfrom entrypoints.cli.main import main\n"
        f"try:\n    main({[*command, '--home', str(tmp_path), '--profile', 'memory']})\n"
        f"finally:\n    heavy = {heavy} & set(sys.modules)\n    assert not heavy, heavy"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["models", "show", "one"],
        ["train", "cv.n_splits=x"],
        ["data", "sample", "--rows", "0", "--out", "x.csv"],
    ],
)
def test_wrong_usage_is_status_2_and_one_line(medcost, arguments):
    ended = medcost(*arguments)
    assert (ended.status, ended.output) == (2, "")
    assert len(ended.errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["models", "promote", "1.5"], '"1.5" is no whole number.'),
        (["models", "show", "9" * 25], "is no whole number of at most 18 digits."),
        (["models", "show", "9999999999"], "Must be <= 2147483647."),
        (["data", "sample", "--rows", "2.7", "--out", "x.csv"], '"2.7" is no whole number.'),
        (["data", "sample", "--rows", "99999999999999", "--out", "x.csv"], "Must be <= 20000000."),
        (["up", "--port", "99999"], "Must be <= 65535."),
        (["train", "stage=trainng"], "choose one of all, optuna, training"),
    ],
)
def test_a_number_is_not_rounded_and_a_choice_is_named(medcost, arguments, complaint):
    ended = medcost(*arguments)
    assert (ended.status, ended.output) == (2, "")
    assert complaint in ended.errors


def test_the_home_may_be_named_before_the_command(medcost, tmp_path):
    for words in (("--home", tmp_path / "other"), (f"--home={tmp_path / 'other'}",)):
        assert f"Nothing of {tmp_path / 'other'} runs" in medcost(*words, "status").output


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_is_no_home(medcost, tmp_path, below):
    file = tmp_path / "file"
    file.touch()
    ended = medcost("status", "--home", file / below)
    assert (ended.status, ended.output) == (2, "")
    assert f"{file} is no folder, and a home is one: name another with --home" in ended.errors


def test_a_home_with_too_long_a_name_is_refused_in_one_line(medcost, tmp_path):
    ended = medcost("status", "--home", tmp_path / ("x" * 300))
    assert (ended.status, len(ended.errors.splitlines())) == (2, 1)
    assert "name another home with --home or MEDCOST_HOME" in ended.errors


def test_a_failure_is_status_1_and_one_line(medcost, tmp_path):
    ended = medcost("data", "describe", tmp_path / "absent.csv")
    assert (ended.status, ended.output) == (1, "")
    assert len(ended.errors.splitlines()) == 1
    assert "absent.csv" in ended.errors


def test_doctor_names_what_the_databases_address_says_wrong(medcost):
    address = "postgresql://api@127.0.0.1:9/medcost?sslmode=require&sslcert=/nowhere/api.crt"
    ended = medcost("doctor", "--profile", "production", "--json", MEDCOST_DATABASE_URL=address)
    assert ended.status == 1
    assert "sslcert: No such file or directory" in ended.output


def test_every_command_has_help(medcost):
    for command in ("train", "data", "models", "publish", "evaluate", "predict", "db", "backup", "restore", "keys"):
        assert medcost(command, "--help").output.startswith(f"Usage: medcost {command}")


def interrupted():
    raise KeyboardInterrupt


def interrupted_in_a_library():
    try:
        interrupted()
    except KeyboardInterrupt:
        message = "the tracking store does not answer: database is locked"
        raise RegistryUnavailable(message) from OSError("database is locked")


def interrupted_among_others():
    message = "some failed"
    raise BaseExceptionGroup(message, [ValueError("a"), BaseExceptionGroup(message, [KeyboardInterrupt()])])


def ended_where_the_interrupt_is_lost():
    with suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    message = "the database does not answer"
    raise RegistryUnavailable(message)


def interrupted_in_a_garbage_collection(number):
    class Garbage:
        pass

    garbage = Garbage()
    _reference = weakref.ref(garbage, lambda _: os.kill(os.getpid(), number))
    del garbage  # the interruption is raised in the callback of the reference, where Python ignores exceptions
    Event().wait(60)


@pytest.mark.parametrize(
    "command",
    [
        interrupted,
        interrupted_in_a_library,
        interrupted_among_others,
        ended_where_the_interrupt_is_lost,
        *(partial(interrupted_in_a_garbage_collection, number) for number in (signal.SIGINT, signal.SIGTERM)),
    ],
)
def test_an_interruption_ends_as_such_whatever_becomes_of_it_on_the_way_out(command, capsys):
    with put_back(), pytest.raises(SystemExit) as ended:
        run_to_exit(command)
    assert (ended.value.code, capsys.readouterr().err) == (130, "medcost: interrupted\n")


def test_a_command_that_was_asked_to_end_and_did_is_done():
    def command():
        signal.signal(signal.SIGINT, lambda *_: None)
        os.kill(os.getpid(), signal.SIGTERM)

    with put_back(), pytest.raises(SystemExit) as ended:
        run_to_exit(command)
    assert ended.value.code == 0
