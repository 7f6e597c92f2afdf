"""The script that makes certificates."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def read(file):
    return x509.load_pem_x509_certificate(file.read_bytes())


def purposes(certificate):
    return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


@pytest.fixture(scope="module")
def authority(new_authority):
    made = new_authority()
    made.server("postgres", "postgres-app", "db.example.org", "10.0.0.5")
    made.client("api")
    return made


def test_a_client_is_a_user_on_p256_for_ninety_days_and_nothing_else(authority):
    certificate = read(authority.folder / "api.crt")
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert (name.value, len(certificate.subject)) == ("api", 1)
    assert purposes(certificate) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=90)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_server_has_the_names_and_addresses_it_is_called_by(authority):
    certificate = read(authority.folder / "postgres.crt")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["postgres-app", "db.example.org"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5"]
    assert purposes(certificate) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_keys_are_for_their_owner_only_and_the_authoritys_stays_in_its_folder(authority):
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in authority.folder.iterdir()}
    assert files == {"api.crt": 0o644, "api.key": 0o600, "ca.crt": 0o644, "postgres.crt": 0o644, "postgres.key": 0o600}
    assert stat.S_IMODE(authority.key_folder.stat().st_mode) == 0o700
    secret = (authority.key_folder / "ca.key").read_bytes()
    assert all(file.read_bytes() != secret for file in authority.folder.iterdir())
    assert stat.S_IMODE((authority.key_folder / "ca.key").stat().st_mode) == 0o600


def test_nothing_is_made_beside_the_authoritys_key(authority):
    for out in (authority.key_folder, authority.key_folder / "below", authority.key_folder.parent):
        refused = authority.pki("client", "api", "--ca", authority.key_folder, "--out", out)
        assert refused.returncode == 2
        assert "must not lie" in refused.stderr
    assert not (authority.key_folder / "below").exists()


def test_an_authority_is_never_overwritten(authority):
    before = (authority.key_folder / "ca.key").read_bytes()
    refused = authority.pki("ca", "--ca", authority.key_folder)
    assert (refused.returncode, (authority.key_folder / "ca.key").read_bytes()) == (1, before)


def test_only_certificates_near_their_end_get_a_new_key_under_the_old_names(new_authority):
    authority = new_authority()
    authority.server("postgres", "db.example.org", "10.0.0.5")
    authority.client("fresh")
    authority.client("old", "--days", "20")
    before = {file.name: file.read_bytes() for file in authority.folder.iterdir()}
    renewed = authority.pki("renew", "--ca", authority.key_folder, "--out", authority.folder)
    assert renewed.returncode == 0, renewed.stderr
    after = {file.name: file.read_bytes() for file in authority.folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"old.crt", "old.key"}
    assert read(authority.folder / "old.crt").not_valid_after_utc > datetime.now(UTC) + timedelta(days=89)

    authority.pki("renew", "--ca", authority.key_folder, "--out", authority.folder, "--within", "100")
    server = read(authority.folder / "postgres.crt")
    assert server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value == (
        x509.load_pem_x509_certificate(before["postgres.crt"])
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value
    )
    assert purposes(server) == [ExtendedKeyUsageOID.SERVER_AUTH]
    key = load_pem_private_key((authority.folder / "postgres.key").read_bytes(), None)
    assert key.public_key() == server.public_key()


def test_what_root_renews_stays_readable_for_the_process_whose_it_was(part, new_authority):
    part("root", None if os.geteuid() == 0 else "only root gives files away")
    authority = new_authority()
    authority.client("api")
    for file in (authority.folder, *authority.folder.iterdir()):
        os.chown(file, 10001, 10001)
    before = read(authority.folder / "api.crt")
    renewed = authority.pki("renew", "--ca", authority.key_folder, "--out", authority.folder, "--within", "100")
    assert renewed.returncode == 0, renewed.stderr
    assert read(authority.folder / "api.crt") != before
    owners = {file.name: (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) for file in authority.folder.iterdir()}
    assert owners == {"api.crt": (10001, 0o644), "api.key": (10001, 0o600), "ca.crt": (10001, 0o644)}


def test_what_expires_soon_is_told_of_any_folder_and_without_an_authority(new_authority):
    authority = new_authority()
    out = authority.folder
    for user, days in (("api", "90"), ("model", "20")):
        made = authority.pki("client", user, "--ca", authority.key_folder, "--out", out / user, "--days", days)
        assert made.returncode == 0, made.stderr
    soon = authority.pki("check", "--out", out)
    assert (soon.returncode, soon.stderr) == (1, f"pki.sh: less than 30 days are left of {out}/model/model.crt\n")
    assert soon.stdout.startswith(f"{out}/api/api.crt: until ")
    assert authority.pki("check", "--out", out, "--within", "10").returncode == 0
    assert authority.pki("check", "--out", out / "api").returncode == 0


def test_where_there_is_no_certificate_nothing_is_called_good(pki, tmp_path):
    assert pki("check", "--out", tmp_path).returncode == 1


def test_what_another_authority_signed_is_left_alone_however_old_it_is(new_authority):
    ours, theirs = new_authority(), new_authority()
    ours.client("api", "--days", "0")  # expired, but ours
    theirs.server("tls", "medcost.example.org")
    for name in ("tls.crt", "tls.key"):
        shutil.copy(theirs.folder / name, ours.folder)
    renewed = ours.pki("renew", "--ca", ours.key_folder, "--out", ours.folder, "--within", "400")
    assert renewed.returncode == 0, renewed.stderr
    assert "tls: left alone" in renewed.stdout
    for name in ("tls.crt", "tls.key"):
        assert (ours.folder / name).read_bytes() == (theirs.folder / name).read_bytes()
    assert read(ours.folder / "api.crt").not_valid_after_utc > datetime.now(UTC) + timedelta(days=89)


def test_days_are_decimal_with_a_nought_before_them_too(new_authority):
    authority = new_authority()
    certificate = read(authority.client("api", "--days", "010"))
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=10)
    renewed = authority.pki("renew", "--ca", authority.key_folder, "--out", authority.folder, "--within", "08")
    assert (renewed.returncode, renewed.stderr) == (0, "")
    assert renewed.stdout.startswith("api: still until")


def test_an_authority_takes_no_folder_that_holds_other_things(pki, tmp_path):
    (tmp_path / "letter").write_text("to somebody", encoding="utf-8")
    tmp_path.chmod(0o755)
    refused = pki("ca", "--ca", tmp_path)
    assert (refused.returncode, "a folder of its own" in refused.stderr) == (1, True)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert [file.name for file in tmp_path.iterdir()] == ["letter"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sign"],
        ["client", "--ca", "x", "--out", "y"],
        ["client", "Up", "--ca", "x", "--out", "y"],
        ["client", "../api", "--ca", "x", "--out", "y"],
        ["client", "api", "--out", "y"],
        ["client", "api", "--ca", "x", "--out"],
        ["client", "api", "--ca", "x", "--out", "y", "--days", "soon"],
        ["server", "db", "--ca", "x", "--out", "y"],
        ["renew", "--ca"],
        ["renew", "--out", "y"],
        ["check", "--out", "/nowhere"],
        ["check", "api", "--out", "/tmp"],
    ],
)
def test_wrong_usage_says_so(pki, arguments):
    answer = pki(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.endswith("see pki.sh --help\n")


def test_without_an_authority_nothing_is_signed(pki, tmp_path):
    answer = pki("client", "api", "--ca", tmp_path / "ca", "--out", tmp_path / "out")
    assert (answer.returncode, list(tmp_path.iterdir())) == (1, [])


def test_help_names_every_command(pki):
    answer = pki("--help")
    assert answer.returncode == 0
    assert all(f"pki.sh {command} " in answer.stdout for command in ("ca", "server", "client", "renew", "check"))
