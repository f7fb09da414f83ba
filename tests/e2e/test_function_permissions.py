"""Each function asks for nothing its policy does not allow, and its policy allows next to nothing it does not need.

The local cloud enforces the policies and records every call it authorised; what was deployed is compared with what
the whole end-to-end run used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.names import LOCAL_STAGE, function_name
from tests.e2e.caller import Caller
from tests.support.local_cloud import LocalCloud
from tests.support.merged_template import as_list

pytestmark = pytest.mark.e2e

FUNCTIONS = ("api", "relay", "indexer", "mailer", "notifier", "recorder", "realtime", "maintenance")

_WHOLE_RUN = {"test_tour.py", "test_identity.py", "test_records.py", "test_realtime.py", "test_maintenance.py"}

_BY_THE_SERVICE = "the event source makes this call with the function's role; MiniStack's own poller makes it as root"
_BY_THE_RUNTIME = "Lambda's runtime makes this call, which MiniStack's workers do not have"
_ON_FAILURE = "made by Lambda when retries are used up; nothing fails here"

NEVER_USED_HERE: Mapping[tuple[str, str], str] = {
    **{(f, a): _BY_THE_RUNTIME for f in FUNCTIONS for a in ("logs:CreateLogStream", "logs:PutLogEvents")},
    **{(f, a): _BY_THE_RUNTIME for f in FUNCTIONS for a in ("xray:PutTraceSegments", "xray:PutTelemetryRecords")},
    **{
        (f, f"sqs:{action}"): _BY_THE_SERVICE
        for f in ("indexer", "mailer", "notifier", "recorder")
        for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    },
    **{
        ("relay", f"dynamodb:{action}"): _BY_THE_SERVICE
        for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    },
    ("maintenance", "sqs:SendMessage"): _ON_FAILURE,
    ("maintenance", "dynamodb:BatchGetItem"): "reads what was indexed while it rebuilt; nothing may have been",
    **{
        (f, "s3:ListBucket"): "lets S3 say that a file is missing, not forbidden"
        for f in ("api", "indexer", "notifier")
    },
    ("notifier", "s3:GetObject"): "the morning's reminders read the index; the round is not run here",
    ("notifier", "dynamodb:DeleteItem"): "forgets a connection that is gone when it is pushed to; none was",
    ("indexer", "dynamodb:Scan"): "builds the first index of a new schema; here the reindexing after a deployment did",
    ("maintenance", "s3:DeleteObject"): "files of the index are removed a day after nothing refers to them any more",
}
"""Granted, and rightly never seen in this run: why."""


@dataclass(frozen=True)
class Grant:
    action: str
    resources: tuple[str, ...]

    def covers(self, action: str, resource: str) -> bool:
        return fnmatchcase(action, self.action) and any(fnmatchcase(resource, pattern) for pattern in self.resources)


@dataclass(frozen=True)
class Call:
    action: str
    resource: str
    allowed: bool


@pytest.fixture(scope="module")
def grants(cloud: LocalCloud) -> dict[str, list[Grant]]:
    """The deployed policy of each function, one entry for each action."""
    return {name: _grants_of(cloud, name) for name in FUNCTIONS}


@pytest.fixture(scope="module")
def calls(cloud: LocalCloud, admin: Caller) -> dict[str, set[Call]]:
    """What each function asked for during the run."""
    made: dict[str, set[Call]] = {name: set() for name in FUNCTIONS}
    for line in cloud.layout.calls.read_text().splitlines():
        call = json.loads(line)
        function = call["principal"].rpartition("/")[2].removeprefix(function_name(LOCAL_STAGE, ""))
        made[function].add(Call(call["action"], call["resource"], call["allowed"]))
    return made


def _grants_of(cloud: LocalCloud, function: str) -> list[Grant]:
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=function_name(LOCAL_STAGE, function))
    role = configuration["Role"].rpartition("/")[2]
    iam = cloud.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [grant for document in documents for statement in document["Statement"] for grant in _grants_in(statement)]


def _grants_in(statement: Mapping[str, Any]) -> list[Grant]:
    assert statement["Effect"] == "Allow", statement
    return [Grant(action, tuple(as_list(statement["Resource"]))) for action in as_list(statement["Action"])]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_used_is_within_allowed(grants: dict[str, list[Grant]], calls: dict[str, set[Call]], function: str) -> None:
    refused = {call for call in calls[function] if not call.allowed}
    beyond = {
        call for call in calls[function] if not any(g.covers(call.action, call.resource) for g in grants[function])
    }

    assert not refused
    assert not beyond


@pytest.mark.parametrize("function", FUNCTIONS)
def test_allowed_is_used_or_has_a_reason(
    request: pytest.FixtureRequest, grants: dict[str, list[Grant]], calls: dict[str, set[Call]], function: str
) -> None:
    if not {item.path.name for item in request.session.items} >= _WHOLE_RUN:
        pytest.skip("what is never used can only be said of the whole end-to-end run")

    unused = {
        grant.action
        for grant in grants[function]
        if not any(grant.covers(call.action, call.resource) for call in calls[function])
    }
    reasonless = {action for action in unused if (function, action) not in NEVER_USED_HERE}

    assert not reasonless


def test_every_reason_is_about_a_grant(grants: dict[str, list[Grant]]) -> None:
    granted = {(function, grant.action) for function, owned in grants.items() for grant in owned}

    assert NEVER_USED_HERE.keys() <= granted


def test_no_grant_is_for_everything(grants: dict[str, list[Grant]]) -> None:
    """X-Ray takes no resource; everything else names its own."""
    wide = {
        (function, grant.action)
        for function, owned in grants.items()
        for grant in owned
        if "*" in grant.action or ("*" in grant.resources and not grant.action.startswith("xray:"))
    }

    assert not wide
