"""Throw generated requests, right and wrong ones, at the API its OpenAPI document describes.

    python -m infra.fuzz --url http://127.0.0.1:8080/api --login admin@alforis.com --password admin123 --examples 20

exits 1 and prints what to send again when an answer is a server error, is not the one documented, or takes what the
document forbids. It creates, changes and deletes records: never point it at data that somebody needs.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

CHECKS = (
    "not_a_server_error",
    "negative_data_rejection",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
PHASES = ("examples", "coverage", "fuzzing", "stateful")
LEFT_ALONE = ("auth_log_out_everywhere", "me_end_session")
"""They end the session the other requests are sent with."""


def essence(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one filter of each type a list, without idempotency keys, PUT aliases and what is `LEFT_ALONE`.

    A list has a filter for every field, all of a type read by the same code; with all of them a run takes hours. A key
    that many requests share would have them refused (409) before their bodies are looked at.
    """
    paths = {
        path: {method: _essential(operation) for method, operation in item.items() if _is_tried(operation)}
        for path, item in document["paths"].items()
    }
    return {**document, "paths": {path: item for path, item in paths.items() if item}}


def _is_tried(operation: dict[str, Any]) -> bool:
    return not operation.get("deprecated") and operation["operationId"] not in LEFT_ALONE


def _essential(operation: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, dict[str, Any]] = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if name == "Idempotency-Key":
            continue
        _, mark, operator = name.partition("__")
        is_filter = bool(mark) or f"{name}__empty" in {other["name"] for other in operation["parameters"]}
        schema = json.dumps(parameter["schema"])
        kept.setdefault(f"{operator} {schema}" if is_filter else name, parameter)
    return {**operation, "parameters": list(kept.values())}


@dataclass(frozen=True)
class Report:
    """How many requests each phase sent, how they were answered, and what was wrong, told once each."""

    sent: dict[str, int]
    statuses: dict[int, int]
    problems: list[str]

    def __str__(self) -> str:
        phases = ", ".join(f"{name} {count}" for name, count in self.sent.items())
        answers = ", ".join(f"{status} {count}x" for status, count in sorted(self.statuses.items()))
        total = f"{sum(self.sent.values())} requests ({phases}); answers: {answers}; {len(self.problems)} problems"
        return "\n\n".join([*self.problems, total])


def configuration(
    token: str, *, examples: int, seconds: int | None = None, seed: int | None = None, phases: tuple[str, ...] = PHASES
) -> SchemathesisConfig:
    """At most `examples` requests an operation and phase; `seconds` bounds the whole run."""
    return SchemathesisConfig.from_dict(
        {
            **({"seed": seed} if seed is not None else {}),
            **({"max-time": seconds} if seconds is not None else {}),
            "headers": {"Authorization": f"Bearer {token}", "X-Requested-With": "alforis"},
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {name: {"enabled": name in phases} for name in PHASES},
        }
    )


def run(schema: BaseSchema) -> Report:
    """Send everything, and tell each kind of problem once an operation."""
    sent: Counter[str] = Counter()
    statuses: Counter[int] = Counter()
    problems: dict[tuple[Any, ...], str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            sent[event.phase.value] += len(event.recorder.cases)
            for interaction in event.recorder.interactions.values():
                if interaction.response is not None:
                    statuses[interaction.response.status_code] += 1
            for key, text in _failures(event):
                problems.setdefault(key, text)
        elif isinstance(event, events.NonFatalError):
            problems.setdefault((event.label, str(event.value)), f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return Report(dict(sent), dict(statuses), list(problems.values()))


def _failures(event: events.ScenarioFinished) -> Iterator[tuple[tuple[Any, ...], str]]:
    for checks in event.recorder.checks.values():
        for check in checks:
            info = check.failure_info
            if info is None:
                continue
            failure: Failure = info.failure
            key = (failure.operation, type(failure).__name__, failure.title, failure.message[:80])
            yield key, f"{failure.operation}: {failure.title}\n{failure.message}\n{info.code_sample}"


def _log_in(url: str, login: str, password: str) -> str:
    answer = requests.post(f"{url}/v1/auth/login", json={"login": login, "password": password}, timeout=30)
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", required=True, help="where the API is, for example http://127.0.0.1:8080/api")
    parser.add_argument("--login", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--examples", type=int, default=20, help="requests an operation and phase")
    parser.add_argument("--seconds", type=int, default=540, help="bound of the run; an access token lives 600")
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    token = _log_in(given.url, given.login, given.password)
    config = configuration(token, examples=given.examples, seconds=given.seconds, seed=given.seed)
    document = requests.get(f"{given.url}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(essence(document), config=config)
    schema.config.update(base_url=given.url)
    report = run(schema)
    print(report)
    if requests.get(f"{given.url}/v1/me", headers=config.projects.default.headers, timeout=30).status_code == 401:
        raise SystemExit(
            "The run shut its own user out on the way (or took longer than the token lives): run it again."
        )
    if report.problems:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
