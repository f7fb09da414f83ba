"""The process's logger and metrics: JSON lines with a correlation id, no bodies, no personal data."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

__all__ = ["MetricUnit", "get_logger", "get_metrics"]


@cache
def get_logger() -> Logger:
    """Events are static snake_case names; the rest goes into key/values."""
    return Logger(service="crm", log_uncaught_exceptions=False)


@cache
def get_metrics() -> Metrics:
    return Metrics(namespace="AlforisCRM", service="crm")
