"""Structured logs of a process on stderr: coloured text on a terminal, otherwise one JSON object a line."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from domain.redaction import without_passwords
from entrypoints.hosting.request_ids import with_request_id

if TYPE_CHECKING:
    from structlog.typing import Processor


def configure_logs(level: str) -> None:
    """Log messages from ``level`` (``debug``, ``info``, ``warning`` or ``error``) on.

    Warnings and errors that libraries log by the standard library have the same form.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    common: list[Processor] = [
        with_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    form: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    form.append(_redacted)
    structlog.configure(
        processors=[*common, *form],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *form],
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
    for ours in ("adapters", "entrypoints"):
        logging.getLogger(ours).setLevel(number)


def _redacted(_: object, __: str, line: Any) -> Any:
    """Remove passwords from the addresses in a log line."""
    return without_passwords(line) if isinstance(line, str) else line
