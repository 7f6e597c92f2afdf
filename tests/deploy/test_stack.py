"""compose.yaml and docker/stack.yaml: what can be said of them without an engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from cyclopts import CycloptsError

from entrypoints.cli.main import cli
from entrypoints.composition.settings import PREFIX, Settings

TREE = Path(__file__).resolve().parents[2]
DOCKER = TREE / "docker"
RELEASE = {"IMAGE": "registry.test/medcost", "TAG": "abc", "DOMAIN": "medcost.test"}
ONE_SHOTS = {"pki", "migrate", "trainer"}
STOCK = {"postgres-app", "postgres-mlflow", "traefik"}
NETWORKS = {
    "postgres-app": {"app_db"},
    "postgres-mlflow": {"mlflow_db"},
    "migrate": {"app_db"},
    "mlflow": {"edge", "model", "mlflow_db"},
    "trainer": {"model", "app_db"},
    "model": {"model", "app_db"},
    "api": {"edge", "model", "app_db"},
    "dashboard": {"edge", "model", "app_db"},
    "pgadmin": {"edge", "app_db", "mlflow_db"},
    "traefik": {"outside", "edge"},
}
TRAEFIK = {"DOMAIN", "ACME", "VPN", "API_SERVERS", "API_HEALTH", "DASHBOARD_SERVERS"}
"""Variables of docker/traefik/dynamic/routes.yaml."""


@pytest.fixture(scope="session")
def deploy(part, secrets):
    """`deploy("--dry-run")` runs docker/deploy.sh with the real client."""
    client = shutil.which("docker")
    part("docker client", None if client else "there is no docker command here")

    def run(*more, folder=secrets, script=DOCKER / "deploy.sh", **variables):
        release = [word for name, value in RELEASE.items() for word in (f"--{name.lower()}", value)]
        return subprocess.run(
            [script, *release, "--secrets", folder, *more],
            env={**os.environ, **variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def compose():
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


@pytest.fixture(scope="session")
def stack(deploy):
    """As the client understands it, every variable put in."""
    done = deploy("--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    return yaml.safe_load(done.stdout)


@pytest.fixture(scope="session", params=["compose", "stack"])
def services(request):
    declared = request.getfixturevalue(request.param)["services"]
    return {name: service for name, service in declared.items() if name not in {"pki", "desk"}}


def environment_of(service):
    """What a service is told in its environment, from files and by name."""
    environment = {}
    for file in service.get("env_file", ()):
        lines = (DOCKER / file).read_text(encoding="utf-8").splitlines()
        environment |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return environment | (service.get("environment") or {})


def base(name):
    return re.sub(r"-\d$", "", name)


def test_the_client_finds_nothing_wrong_also_with_certificates_of_ones_own(deploy):
    for acme in ("letsencrypt", "files"):
        done = deploy("--dry-run", MEDCOST_ACME=acme)
        assert (done.returncode, done.stderr) == (0, ""), acme


@pytest.mark.parametrize("folder", [TREE, DOCKER], ids=["above", "there"])
def test_compose_finds_nothing_wrong(part, folder):
    part("docker client", None if shutil.which("docker") else "there is no docker command here")
    knows = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    part("docker compose", None if knows else "the docker client here knows no compose")
    done = subprocess.run(
        ["docker", "compose", "config", "--quiet"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_what_deploy_tells_it_the_stack_is_refused(part):
    part("docker client", None if shutil.which("docker") else "there is no docker command here")
    command = ["docker", "stack", "config", "--compose-file", DOCKER / "stack.yaml"]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    assert (done.returncode != 0, "required variable" in done.stderr) == (True, True)


def test_both_have_the_same_services_on_the_same_networks(services):
    assert {base(name): set(service["networks"]) for name, service in services.items()} == NETWORKS


def test_only_traefik_can_be_reached_from_outside_or_reach_out(services, compose, stack):
    assert {name for name, service in services.items() if service.get("ports")} == {"traefik"}
    for deployment in (compose, stack):
        assert {name for name, network in deployment["networks"].items() if not network.get("internal")} == {"outside"}


def test_the_proxy_that_is_believed_is_the_network_that_traefik_shares(services, compose, stack):
    subnets = {deployment["networks"]["edge"]["ipam"]["config"][0]["subnet"] for deployment in (compose, stack)}
    believed = {environment_of(service).get("MEDCOST_TRUSTED_PROXIES") for name, service in services.items()}
    assert believed - {None} == subnets


def test_every_process_has_limits_and_nothing_that_it_does_not_need(services):
    for name, service in services.items():
        limit = service.get("mem_limit") or service["deploy"]["resources"]["limits"]["memory"]
        assert limit, name
        assert (service["init"], service["read_only"], service["cap_drop"]) == (True, True, ["ALL"]), name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "pgadmin" else []), name
        assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ())), name


def test_every_process_that_stays_says_whether_it_is_well(services, image):
    for name, service in services.items():
        if base(name) in ONE_SHOTS:
            continue
        check = service.get("healthcheck") or {"test": image(base(name))["HEALTHCHECK"]}
        assert check["test"][0] == "CMD", name


def test_no_setting_is_a_secret(services):
    for name, service in services.items():
        for variable, value in environment_of(service).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.startswith("/run/secrets/"), (name, variable)
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), (name, variable)


def test_every_file_that_a_setting_names_is_there(services, secrets):
    """Of secrets, just those that a process needs; each in the folder that becomes its /run/secrets."""
    for name, service in services.items():
        values = map(str, environment_of(service).values())
        named = {file for value in values for file in re.findall(r"/run/secrets/([\w.]+)", value)}
        if "secrets" in service:
            given = {secret["target"] for secret in service["secrets"]}
        else:
            folders = [volume.split(":")[0] for volume in service.get("volumes", ()) if ":/run/secrets" in volume]
            given = {file.name for folder in folders for file in (secrets / Path(folder).name).iterdir()}
        if base(name) not in STOCK | {"pgadmin"}:
            assert named == given, name


def test_every_variable_of_ours_is_one_that_its_reader_knows(services):
    settings = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    for name, service in services.items():
        ours = {variable.removesuffix("_FILE") for variable in environment_of(service) if variable.startswith(PREFIX)}
        assert ours <= ({PREFIX + word for word in TRAEFIK} if name == "traefik" else settings), name


def test_variables_of_traefik_are_read_by_its_routes():
    files = "".join(file.read_text(encoding="utf-8") for file in (DOCKER / "traefik" / "dynamic").iterdir())
    assert {word for word in TRAEFIK if f'env "MEDCOST_{word}"' in files} == TRAEFIK


def test_every_command_is_one_that_the_command_line_knows(services, image):
    for name, service in services.items():
        target = "api" if name == "migrate" else base(name)
        if target in STOCK | {"pgadmin"} or image(target)["ENTRYPOINT"] != ["medcost"]:
            continue
        words = service.get("command") or image(target)["CMD"]
        try:
            cli(words[0]).parse_args(words, exit_on_error=False, print_error=False)
        except CycloptsError as error:
            pytest.fail(f"{name}: {error}")


def test_every_secret_and_config_is_used_and_every_volume_is_declared(stack, compose):
    for kind in ("secrets", "configs"):
        used = {reference["source"] for service in stack["services"].values() for reference in service.get(kind, ())}
        assert used == set(stack[kind])
    for deployment in (stack, compose):
        mounts = [volume for service in deployment["services"].values() for volume in service.get("volumes", ())]
        sources = {mount.get("source") if isinstance(mount, dict) else mount.split(":")[0] for mount in mounts}
        named = {source for source in sources if source and not source.startswith((".", "/"))}
        assert named == set(deployment["volumes"])


def test_every_mounted_file_exists(compose, stack):
    mounts = [volume for service in compose["services"].values() for volume in service.get("volumes", ())]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./")]
    assert [file for file in files if not (DOCKER / file).exists()] == []
    assert [
        entry["file"]
        for kind in ("secrets", "configs")
        for entry in stack[kind].values()
        if not Path(entry["file"]).exists()
    ] == []


def test_private_keys_are_for_their_owner_only(stack):
    for name, service in stack["services"].items():
        for secret in service.get("secrets", ()):
            assert (secret["mode"], "uid" in secret) == (0o400, True), (name, secret["target"])


def test_a_changed_secret_gets_a_new_name_and_no_other_does(deploy, secrets, tmp_path):
    shutil.copytree(secrets, tmp_path / "out")
    (tmp_path / "out" / "api" / "api.key").write_text("another", encoding="utf-8")
    before, after = (
        yaml.safe_load(deploy("--dry-run", folder=folder).stdout) for folder in (secrets, tmp_path / "out")
    )
    changed = {key for key, secret in after["secrets"].items() if secret["name"] != before["secrets"][key]["name"]}
    assert changed == {"api_ca", "api_crt", "api_key"}
    assert after["configs"] == before["configs"]


@pytest.mark.parametrize(
    ("file", "replaced"),
    [
        ("postgres/app/grants.sql", set()),  # `migrate` brings it along in its image
        ("postgres/app/pg_hba.conf", {"postgres-app"}),
        ("postgres/mlflow/roles.sql", {"postgres-mlflow"}),
        ("postgres/postgresql.conf", {"postgres-app", "postgres-mlflow"}),
        ("traefik/dynamic/limits.yaml", {"traefik"}),
    ],
)
def test_a_changed_file_replaces_only_who_reads_it(deploy, stack, tmp_path, file, replaced):
    shutil.copytree(DOCKER, tmp_path / "docker")
    with (tmp_path / "docker" / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    done = deploy("--dry-run", script=tmp_path / "docker" / "deploy.sh")
    assert done.returncode == 0, done.stderr
    after = yaml.safe_load(done.stdout)

    def read(deployment):
        """The names of the configs of each service."""
        names = {key: config["name"] for key, config in deployment["configs"].items()}
        return {
            name: [names[config["source"]] for config in service.get("configs", ())]
            for name, service in deployment["services"].items()
        }

    before, now = read(stack), read(after)
    assert {name for name in now if now[name] != before[name]} == replaced


def test_processes_are_replaced_before_they_end_and_databases_after(stack):
    orders = {
        name: service["deploy"].get("update_config", {}).get("order") for name, service in stack["services"].items()
    }
    first = {"api", "model", "dashboard-1", "dashboard-2"}
    assert {name for name, order in orders.items() if order == "start-first"} == first
    assert {name for name, order in orders.items() if order is None} == {"migrate", "trainer"}
    for name in first:
        changed = stack["services"][name]["deploy"]["update_config"]
        assert (changed["failure_action"], changed["parallelism"]) == ("rollback", 1), name


def test_people_reach_traefik_by_ports_of_the_host(stack):
    ports = stack["services"]["traefik"]["ports"]
    assert {(port["published"], port["mode"]) for port in ports} == {(80, "host"), (443, "host")}
    replicas = {f"http://{name}:8000" for name in stack["services"] if name.startswith("dashboard-")}
    environment = stack["services"]["traefik"]["environment"]
    assert set(environment["MEDCOST_DASHBOARD_SERVERS"].split(",")) == replicas
