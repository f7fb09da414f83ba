"""The process's logger, metrics and error reports: JSON lines with a correlation id, no bodies, no personal data."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from chalicelib.settings import get_settings

__all__ = ["MetricUnit", "get_logger", "get_metrics", "report_error", "watched"]


@cache
def get_logger() -> Logger:
    """Events are static snake_case names; the rest goes into key/values."""
    return Logger(service="crm", log_uncaught_exceptions=False)


@cache
def get_metrics() -> Metrics:
    return Metrics(namespace="AlforisCRM", service="crm")


def report_error(error: BaseException) -> None:
    """Send the error to Sentry where a DSN is configured: the stack, without local variables or request data."""
    dsn = get_settings().sentry_dsn
    if dsn:
        _sentry(dsn).capture_exception(error)


@cache
def _sentry(dsn: str) -> Any:
    import sentry_sdk

    sentry_sdk.init(dsn, send_default_pii=False, include_local_variables=False, max_request_body_size="never")
    return sentry_sdk


def watched(name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Log and report what a function that no request waits for raises; the event source then delivers again."""

    def decorate(handle: Callable[[Any], Any]) -> Callable[[Any], Any]:
        @wraps(handle)
        def run(event: Any) -> Any:
            try:
                return handle(event)
            except Exception as error:
                get_logger().exception("function_failed", function=name)
                report_error(error)
                raise

        return run

    return decorate
