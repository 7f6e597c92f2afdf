"""`medcost admin password`, over a pipe: tests have no terminal."""

import pytest

WORD = "correct horse battery"


@pytest.fixture
def set_password(medcost):
    """`set_password("words")` says them on the input."""
    return lambda words, **environment: medcost(
        "admin", "password", "--profile", "memory", given=f"{words}\n", **environment
    )


def test_a_password_is_set_and_not_said_back(set_password):
    ended = set_password(WORD)
    assert (ended.status, ended.errors) == (0, "")
    assert "password is set" in ended.output
    assert WORD not in ended.output


def test_a_short_password_is_refused_in_one_line(set_password):
    ended = set_password("short")
    assert (ended.status, ended.output) == (1, "")
    assert "must have 12 to 200 characters" in ended.errors
    assert len(ended.errors.splitlines()) == 1


def test_waits_after_wrong_passwords_can_be_ended(medcost):
    ended = medcost("admin", "unlock", "--profile", "memory")
    assert (ended.status, ended.errors) == (0, "")
    assert "nobody has to wait" in ended.output


def test_a_password_that_a_secret_tells_is_changed_there(set_password, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(WORD)
    ended = set_password("another password", MEDCOST_ADMIN_PASSWORD_FILE=str(secret))
    assert ended.status == 2
    assert "MEDCOST_ADMIN_PASSWORD" in ended.errors
    assert WORD not in ended.errors
