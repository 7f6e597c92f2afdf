"""The Helm chart, rendered by Helm's own engine and held against the published schemas of Kubernetes. No cluster."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_python import chart
from helm_python.errors import HelmValuesError

CHART = Path(__file__).parents[2] / "docker/helm/medcost"
SERVICES = ("api", "dashboard", "model", "mlflow")
VALUES = [{}, {"database": {"cidr": "192.0.2.0/24"}, "storage": {"className": "fast"}, "image": {"tag": "1.0.0"}}]


def rendered(values: dict[str, Any] | None = None) -> dict[tuple[str, str], dict[str, Any]]:
    files = chart.Chart.load(CHART).render(values or {}, name="medcost", namespace="medcost").values()
    objects = [part for text in files for part in yaml.safe_load_all(text) if part]
    return {(part["kind"], part["metadata"]["name"]): part for part in objects}


def pods() -> dict[str, dict[str, Any]]:
    manifests = rendered()
    names = {("Deployment", f"medcost-{name}"): name for name in SERVICES} | {("Job", "medcost-migrate"): "migrate"}
    return {name: manifests[key]["spec"]["template"]["spec"] for key, name in names.items()}


@pytest.fixture(scope="module")
def kubernetes():
    """Checks by the published schemas: a second of imports, which only the worker that runs these tests pays."""
    import kubernetes_validate

    return kubernetes_validate


def test_helm_lint_has_nothing_to_say():
    report = chart.lint(CHART, strict=True)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["error"] != "icon is recommended"] == []


@pytest.mark.parametrize("values", VALUES, ids=["as it comes", "changed"])
@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_each_object_keeps_the_schema_of_kubernetes(kubernetes, values, version):
    objects = rendered(values)
    assert len(objects) == 18
    for part in objects.values():
        kubernetes.validate(part, version, strict=True)


def test_a_field_that_kubernetes_does_not_have_is_found(kubernetes):
    broken = rendered()["Deployment", "medcost-api"]
    broken["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(broken, "1.37", strict=True)


def test_the_chart_runs_the_services_of_the_stack():
    stack = (CHART.parents[1] / "stack.yaml").read_text(encoding="utf-8")
    for name in (*SERVICES, "migrate"):
        assert f"\n  {name}:" in stack or f"\n  {name}-1:" in stack


def test_processes_are_confined_and_bounded():
    for pod in pods().values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}
            }  # fmt: skip
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()


def test_services_are_probed_and_secrets_are_files():
    for name, pod in pods().items():
        (container,) = pod["containers"]
        if name != "migrate":
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
        secrets = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        assert secrets == [f"medcost-{name}"]
        assert not [variable for variable in container["env"] if "password" in variable.get("value", "").lower()
                    and not variable["value"].startswith("/run/secrets/")]  # fmt: skip


def mlflow_urls(values: dict[str, Any]) -> dict[str, str]:
    objects = rendered(values)
    environments = {name: objects["Deployment", f"medcost-{name}"]["spec"]["template"]["spec"] for name in SERVICES}
    return {
        name: variable["value"]
        for name, pod in environments.items()
        for variable in pod["containers"][0]["env"]
        if variable["name"] == "MEDCOST_MLFLOW_URL"
    }


def test_the_pages_know_where_people_open_mlflow():
    address = "https://mlflow.example.org"
    assert mlflow_urls({"mlflow": {"url": address}}) == {"dashboard": address}
    assert mlflow_urls({}) == {}
    with pytest.raises(HelmValuesError):
        rendered({"mlflow": {"url": "mlflow.example.org"}})


def test_each_service_has_a_policy_and_only_mlflow_and_models_are_called_from_inside():
    objects = rendered()
    callers = {}
    for name in (*SERVICES, "migrate"):
        policy = objects["NetworkPolicy", f"medcost-{name}"]["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        allowed = [source for rule in policy["ingress"] for source in rule["from"]]
        callers[name] = sorted(
            source["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
            for source in allowed
            if "podSelector" in source
        )
    assert callers == {
        "api": [], "dashboard": [], "migrate": [],
        "model": ["api", "dashboard"], "mlflow": ["api", "dashboard", "model"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"domain": ""}, "/domain"),
        ({"services": {"mlflow": {"replicas": 2}}}, "/services/mlflow/replicas"),
        ({"servises": {}}, "additional properties 'servises' not allowed"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(values, fault):
    with pytest.raises(HelmValuesError, match=fault):
        chart.Chart.load(CHART).validate_schema(values)
