"""Settings of a process: flag > MEDCOST_* > secret file > profile > default, decoded strictly."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import yaml

from adapters.local.home import Home
from domain.errors import ConfigurationError

_HERE: Final = Path(__file__).resolve()
TREE: Final = _HERE.parents[2] if (_HERE.parents[2] / "config").is_dir() else _HERE.parents[3]  # a Bento has no src/
"""The project's tree: the application runs from it, with ``config/`` and ``migrations/`` at its top."""

PREFIX: Final = "MEDCOST_"

Profile = Literal["embedded", "memory", "production"]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0, le=60_000_000)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a process.

    Args:
        profile: which parts are used: ``embedded`` starts its own, ``memory`` needs none, ``production`` is told where.
        home: the folder of all state; two homes never meet.
        host: address the web process listens on.
        port: the port, 0 for a free one.
        schema: path of a schema, or its name in ``config/schema``; empty for the home's own, else ``insurance``.
        plans: example plans that people compare, each a name in ``config/plans`` or the path of a file.
        data: claims file that a first model learns from; empty for the synthetic sample.
        database_url: PostgreSQL (``postgresql://user@host/medcost``); empty for the embedded server.
        postgres_bin: folder of the system's PostgreSQL programs (``/usr/lib/postgresql/18/bin``) for the embedded
            server; empty for those of the wheel, whose releases come later than PostgreSQL's.
        tuning_url: PostgreSQL of the tuning studies; empty for the embedded server.
        tracking_uri: MLflow; empty for its own store below the home.
        mlflow_url: address at which people open MLflow in their browsers (``https://mlflow.example.org``); the Models
            page links runs there. Empty for none.
        predictor: ``bentoml`` asks the model server, ``in_process`` loads the model here, ``memory`` needs no model.
        follow: what a model server follows: the pointer of its ``home``, which somebody else moves, or the ``ledger``:
            then it moves that pointer itself, and fetches versions from MLflow's server.
        model_server_url: where the model server listens; empty for the one that `medcost up` started.
        model_servers: where each replica of it listens (``http://tasks.model:3000``: all addresses of a name are
            meant); whoever promotes waits for these.
        predictor_deadline: seconds after which a prediction counts as failed.
        database_deadline: seconds after which a statement counts as failed.
        database_recycle: seconds after which a connection is made anew, so that a renewed certificate counts.
        idempotency_hours: hours for which an idempotency key counts.
        jobs_every: seconds between two looks of a serving process for a job, such as a promotion.
        jobs_lapse: seconds without a heartbeat after which another process takes over the job of one that died.
        jobs_folder: folder of the files that people send to be scored; empty for ``jobs`` in the home. Where several
            machines serve, all of them need the same folder.
        jobs_days: days for which a file and its answers are kept after its job has ended.
        operations_every: seconds between two looks of a serving process at its own counters, which it keeps by the
            hour; a process that is killed loses no more than that.
        operations_days: days for which figures and events of operations are kept.
        audit_days: days for which entries of the audit trail are kept.
        webhooks_every: seconds between two looks of a serving process for what receivers of webhooks are to be told.
        webhooks_backoff: seconds after which a receiver is called again that refused; each wait is four times the last.
        webhooks_private: whether receivers in private networks, and by plain HTTP on this machine, may be called.
        retention_days: days after which `medcost db prune` erases a prediction; 0 keeps them all.
        require_keys: whether the API asks for a key; only a loopback address outside of production may do without.
        key_requests_per_minute: how often a key may ask, where keys are required; each row of a batch counts as a
            request, and 0 is as often as it likes.
        address_requests_per_minute: how often an address may ask, where keys are required, with any key or none.
        traces_endpoint: collector of traces (``http://host:9411/api/v2/spans``; extra ``otel``); empty for none.
        workers: processes of `medcost serve api` behind one socket; each has its own limits and metrics.
        trusted_proxies: addresses or networks of proxies whose X-Forwarded-For is believed; of others it is ignored,
            and so is what is no address in it: the proxy's own address counts then.
        root_path: path below which a proxy serves everything, such as ``/medcost``; it may strip it or not.
        require_login: whether admin pages ask for the admin's password; a public address always does.
        admin_password: the admin's password, best by MEDCOST_ADMIN_PASSWORD_FILE; empty if it is set otherwise.
        https: whether people come by HTTPS through a proxy that ends it: cookies then travel by HTTPS only.
        proxy_authenticates: whether a proxy in front asks people who they are: admin pages then ask nobody again.
        oidc_issuer: address of an identity provider (OpenID Connect) by which people sign in; empty for none. Its
            redirect address is ``/sign-in/callback`` of this service.
        oidc_name: what the sign-in page calls the provider, such as ``Example Inc.``; empty for its host.
        oidc_client_id: under which the provider knows this service.
        oidc_client_secret: shared with it, best by MEDCOST_OIDC_CLIENT_SECRET_FILE; empty for a public client.
        oidc_scopes: asked for besides ``openid``.
        oidc_role_claim: the claim that gives roles, or the path to it with dots between (``realm_access.roles``).
        oidc_admins: the values that make an admin.
        oidc_reviewers: the values that make a reviewer.
        oidc_clients: the values that make a client; without any, everybody whom the provider signs in is one.
        oidc_everyone: whether people sign in before they see any page; else visitors may estimate without.
        allowed_hosts: names under which we are called, besides loopback and, where others reach us, IP addresses.
            Without any, the API may be called by every name where others reach it and keys are required; pages not.
        allowed_origins: whose pages may call the API from a browser (CORS), such as ``https://app.example.org``.
        head_within: seconds within which the head of a request must have come.
        body_within: seconds within which its body must have come.
        drain_notice: seconds after SIGTERM during which requests are still taken, but the API is not ready.
        drain_within: seconds that requests under way then get to end.
        liveness_period: seconds between two questions of `medcost up` to each part whether it still answers.
        liveness_timeout: seconds that the answer may take.
        liveness_failures: answers in a row that may be missing before the part counts as hung and is started again.
        liveness_grace: seconds that a hung part has to end by itself before it is killed.
        end_within: seconds that a part has to end when all are stopped, before it is killed; more than
            ``drain_within``, so that requests under way are answered.
        log_level: the least level of the structured logs.
        revision: commit of the code, for model cards; images say it, elsewhere git is asked.
    """

    profile: Profile = "embedded"
    home: Path = Path(".medcost")
    host: str = "127.0.0.1"
    port: Port = 8000
    schema: str = ""
    plans: tuple[str, ...] = ("low_premium", "middle", "high_premium")
    data: str = ""
    database_url: str = ""
    postgres_bin: str = ""
    tuning_url: str = ""
    tracking_uri: str = ""
    mlflow_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://.+)?$")] = ""
    predictor: Literal["bentoml", "in_process", "memory"] = "bentoml"
    follow: Literal["home", "ledger"] = "home"
    model_server_url: str = ""
    model_servers: tuple[str, ...] = ()
    predictor_deadline: Seconds = 3.0
    database_deadline: Seconds = 5.0
    database_recycle: Annotated[int, msgspec.Meta(gt=0)] = 1800
    idempotency_hours: Annotated[float, msgspec.Meta(gt=0)] = 24.0
    jobs_every: Seconds = 0.5
    jobs_lapse: Seconds = 30.0
    jobs_folder: str = ""
    jobs_days: Annotated[float, msgspec.Meta(gt=0, le=3660)] = 7.0
    operations_every: Seconds = 60.0
    operations_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 90
    audit_days: Annotated[int, msgspec.Meta(ge=1, le=36600)] = 730
    webhooks_every: Seconds = 2.0
    webhooks_backoff: Seconds = 5.0
    webhooks_private: bool = False
    retention_days: Annotated[float, msgspec.Meta(ge=0, le=36600)] = 0.0
    require_keys: bool = False
    key_requests_per_minute: Count = 12_000
    address_requests_per_minute: Count = 24_000
    traces_endpoint: str = ""
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    trusted_proxies: tuple[str, ...] = ()
    root_path: Annotated[str, msgspec.Meta(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = ""
    require_login: bool = False
    admin_password: str = ""
    https: bool = False
    proxy_authenticates: bool = False
    oidc_issuer: Annotated[str, msgspec.Meta(pattern=r"^(https?://.+)?$")] = ""
    oidc_name: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_scopes: tuple[str, ...] = ("profile", "email")
    oidc_role_claim: str = "roles"
    oidc_admins: tuple[str, ...] = ("admin",)
    oidc_reviewers: tuple[str, ...] = ("reviewer",)
    oidc_clients: tuple[str, ...] = ()
    oidc_everyone: bool = False
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    head_within: Seconds = 10.0
    body_within: Seconds = 15.0
    drain_notice: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    drain_within: Seconds = 10.0
    liveness_period: Seconds = 5.0
    liveness_timeout: Seconds = 5.0
    liveness_failures: Annotated[int, msgspec.Meta(ge=1)] = 3
    liveness_grace: Seconds = 5.0
    end_within: Seconds = 12.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    revision: str = ""


def load(flags: Mapping[str, object] | None = None, *, environment: Mapping[str, str] = os.environ) -> Settings:
    """Merge the settings of all sources and decode them.

    Args:
        flags: options of the command line by field name; None if an option was not given.
        environment: ``MEDCOST_PORT`` and so on; ``MEDCOST_DATABASE_URL_FILE`` names a file that holds the value.

    Raises:
        ConfigurationError: naming the setting that is unknown or of the wrong type, and where it was said; or if the
            home is no folder, or belongs to another user.
    """
    from_flags = {name: value for name, value in (flags or {}).items() if value is not None}
    from_environment = _from_environment(environment)
    profile = str(from_flags.get("profile") or from_environment.get("profile") or Settings().profile)
    merged = {**_from_profile(profile), **from_environment, **from_flags}
    settings = _decode(merged, "settings")
    _check_proxies(settings.trusted_proxies)
    settings = msgspec.structs.replace(settings, home=settings.home.expanduser().resolve())
    Home(settings.home).require_folder()
    if settings.profile != "production":  # there the home is a volume, which holds no database
        Home(settings.home).require_own()
    return settings


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment variables that give a child process the same settings."""
    # secrets are not copied: the child inherits the variables or files that they came from
    names = [name for name in Settings.__struct_fields__ if name not in ("admin_password", "oidc_client_secret")]
    values = {PREFIX + name.upper(): getattr(settings, name) for name in names}
    text = {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in values.items()}
    return {**os.environ, **text}


def has_mlflow_server(settings: Settings) -> bool:
    """Return whether MLflow is a server, rather than a store that this process opens itself."""
    return settings.tracking_uri.startswith(("http://", "https://"))


def require_followable(settings: Settings) -> None:
    """Refuse ``follow=ledger`` without addresses of the database and of MLflow's server.

    Raises:
        ConfigurationError: saying what to set.
    """
    if settings.follow == "ledger" and not (settings.database_url and has_mlflow_server(settings)):
        message = (
            "a model server that follows the ledger must be told where its database and MLflow's server are: set "
            "MEDCOST_DATABASE_URL and MEDCOST_TRACKING_URI=http://…, or MEDCOST_FOLLOW=home where all share one folder"
        )
        raise ConfigurationError(message)


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        name = PREFIX + field.name.upper()
        text, file = environment.get(name), environment.get(name + "_FILE")
        if text is None and file is not None:
            try:
                text = Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                message = f"{name}_FILE: {error.strerror}: {file}"
                raise ConfigurationError(message) from error
        if text is None:
            continue
        given = (
            tuple(part.strip() for part in text.split(",") if part.strip()) if field.type == tuple[str, ...] else text
        )
        try:
            # an environment variable is always text, so this is the only place that decodes "8000" as a number
            values[field.name] = msgspec.convert(given, field.type, strict=False, dec_hook=_path)
        except msgspec.ValidationError as error:
            message = f"{name}: {error}"
            raise ConfigurationError(message) from error
    return values


def _from_profile(profile: str) -> dict[str, object]:
    file = TREE / "config" / "profile" / f"{profile}.yaml"
    if not file.is_file():
        profiles = ", ".join(sorted(path.stem for path in file.parent.glob("*.yaml")))
        message = f"there is no profile {profile!r}: choose one of {profiles}"
        raise ConfigurationError(message)
    return {"profile": profile, **(yaml.safe_load(file.read_text(encoding="utf-8")) or {})}


def _decode(values: Mapping[str, object], where: str) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=True, dec_hook=_path)
    except msgspec.ValidationError as error:
        message = f"{where}: {error}"
        raise ConfigurationError(message) from error


def _check_proxies(proxies: tuple[str, ...]) -> None:
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            message = f"MEDCOST_TRUSTED_PROXIES: expected addresses or networks with commas between, found: {error}"
            raise ConfigurationError(message) from None


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    message = f"expected {kind.__name__}, got {value!r}"
    raise ValueError(message)
