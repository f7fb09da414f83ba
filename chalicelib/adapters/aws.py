"""AWS clients, straight from botocore: importing boto3 brings its S3 transfer machinery along, a tenth of a second."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session


def aws_client(
    service: str, *, connect: float = 2, read: float = 5, attempts: int = 3, endpoint_url: str | None = None
) -> Any:
    """A client of the service that waits `connect` and `read` seconds and calls at most `attempts` times."""
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=connect, read_timeout=read, retries=retries)
    return _session().create_client(service, endpoint_url=endpoint_url, config=config)


@cache
def _session() -> Session:
    return Session()
