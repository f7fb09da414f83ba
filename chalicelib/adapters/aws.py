"""AWS clients, straight from botocore: importing boto3 brings its S3 transfer machinery along, a tenth of a second."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.session import Session


def aws_client(
    service: str, *, connect: float = 2, read: float = 5, attempts: int = 3, endpoint_url: str | None = None
) -> Any:
    """A client of the service that waits `connect` and `read` seconds and calls at most `attempts` times."""
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(connect_timeout=connect, read_timeout=read, retries=retries)
    return _session().create_client(service, endpoint_url=endpoint_url, config=config)


def spare_needless_work(session: Session) -> None:
    """Let the session's DynamoDB client do less per call: a third of a request's CPU time was botocore's.

    Its User-Agent is made once instead of twice a call, and answers are taken as they are on the wire.
    """
    session.set_default_client_config(Config(user_agent=session.user_agent()))
    session.register_component("response_parser_factory", _WireParsers())


class _WireParser(JSONParser):  # type: ignore[misc]
    """DynamoDB answers in the very form its client returns, but for binary values, which we do not store."""

    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:
        del shape
        return self._parse_body_as_json(raw_body)


class _WireParsers(ResponseParserFactory):  # type: ignore[misc]
    def create_parser(self, protocol_name: str) -> Any:
        if protocol_name == "json":
            return _WireParser(**self._defaults)
        return super().create_parser(protocol_name)


@cache
def _session() -> Session:
    return Session()
