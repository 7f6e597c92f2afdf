"""OpenTelemetry traces, if the settings name a collector; otherwise the libraries are not imported."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from entrypoints.composition.settings import Settings


def traced(app: Callable[..., Any], settings: Settings, *, service: str) -> Callable[..., Any]:
    """Return an ASGI application with traces of requests, calls of the model server and SQL statements.

    Calls and commits that several requests share are traces of their own. Statements are recorded without their
    values, so no fact of a person leaves this service.

    Args:
        app: the application.
        settings: ``traces_endpoint`` is the collector's address; empty for no traces. Spans are sent as Zipkin's JSON,
            which Jaeger, Tempo and OpenTelemetry's own collector understand: OTLP's exporter and MLflow require
            different releases of protobuf messages.
        service: name of this process in spans.

    Raises:
        ConfigurationError: if the libraries are not installed.
    """
    if not settings.traces_endpoint:
        return app
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.zipkin.json import ZipkinExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as missing:
        message = f"traces need the extra `otel` ({missing}): install it, or unset MEDCOST_TRACES_ENDPOINT"
        raise ConfigurationError(message) from missing
    provider = TracerProvider(resource=Resource.create({"service.name": f"medcost-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(ZipkinExporter(endpoint=settings.traces_endpoint)))
    trace.set_tracer_provider(provider)
    AsyncPGInstrumentor().instrument(tracer_provider=provider)
    return OpenTelemetryMiddleware(app, tracer_provider=provider, exclude_spans=["receive", "send"])


def traced_questions() -> Callable[[str], AbstractContextManager[Mapping[str, str]]]:
    """Return a tracer of calls of the model server, for a process whose application is `traced`.

    The tracer is called with the name of the call, and yields the headers that continue the trace in the server.
    """
    from opentelemetry import propagate, trace

    tracer = trace.get_tracer("medcost")

    @contextmanager
    def question(name: str) -> Iterator[Mapping[str, str]]:
        with tracer.start_as_current_span(name, kind=trace.SpanKind.CLIENT):
            headers: dict[str, str] = {}
            propagate.inject(headers)
            yield headers

    return question
