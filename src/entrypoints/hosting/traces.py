"""OpenTelemetry traces, where the settings name a collector. Without one nothing of it is imported."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from entrypoints.composition.settings import Settings


def traced(app: Callable[..., Any], settings: Settings, *, service: str) -> Callable[..., Any]:
    """Give an ASGI application whose requests, questions to the model server and statements are traced.

    Questions and commits that several requests share belong to none of them: they are traces of their own.
    Statements are named without their values, so no fact of a person leaves.

    Args:
        app: the application.
        settings: where the collector listens; empty for no traces. It gets Zipkin's JSON, which Jaeger, Tempo and
            OpenTelemetry's own collector understand: OTLP's exporter and MLflow pin different releases of its messages.
        service: how spans name this process.

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
    """Give what traces a question to the model server in a process whose application is `traced`.

    It is entered with the question's name and gives the headers by which the server goes on with the trace.
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
