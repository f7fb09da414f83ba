"""What the functions log: no value anyone typed, and the id of a request at every hop it leads to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.domain.interactions import InteractionFields
from chalicelib.domain.organisations import OrganisationFields
from chalicelib.domain.people import LinkFields, PersonFields
from chalicelib.domain.tasks import TaskFields
from chalicelib.domain.users import UserFields
from infra.names import LOCAL_STAGE, function_name
from tests.e2e.caller import Answer, Caller, NewCaller
from tests.e2e.mailbox import await_mail
from tests.support.canaries import (
    DIGITS,
    INTERACTION,
    LEI,
    LINK,
    ORGANISATION,
    PERSON,
    TASK,
    USER,
    WORD,
    address,
    canaries_in,
)
from tests.support.local_cloud import LocalCloud, wait_until

pytestmark = pytest.mark.e2e

FUNCTIONS = ("api", "relay", "indexer", "mailer", "notifier", "recorder", "realtime", "maintenance")

_NOT_TYPED = {"owner_id", "team_id", "organisation_id", "person_id", "assignee_id", "assigned_to", "links"}
"""References: identifiers of ours, which logs may hold."""
_NO_PERSONAL_DATA = {
    *("type", "roles", "pipeline_stage", "is_active", "email_consent", "marketing_consent", "status", "priority"),
    *("country_code", "language", "direction", "is_primary", "role", "locale", "timezone", "signature_probability"),
    *("signature_date", "aum_date", "start_date", "end_date", "due_date", "occurred_at", "next_action_at"),
    *("email_consent_at", "marketing_consent_at"),
}
"""Choices from short lists, flags and dates: nothing a log could be searched for."""


@pytest.mark.parametrize(
    ("fields", "typed", "not_sent"),
    [
        (OrganisationFields, ORGANISATION, {"lei"}),  # unique and checked by its digits; sent where it is wrong
        (PersonFields, PERSON, set()),
        (LinkFields, LINK, set()),
        (InteractionFields, INTERACTION, set()),
        (TaskFields, TASK, set()),
        (UserFields, USER, set()),
    ],
)
def test_every_field_someone_types_carries_a_canary(
    fields: type[BaseModel], typed: dict[str, Any], not_sent: set[str]
) -> None:
    assert set(fields.model_fields) - _NOT_TYPED - _NO_PERSONAL_DATA - not_sent <= set(typed)


class Sent:
    """The answers whose ids are looked for in the logs."""

    def __init__(self, created: Answer, invited: Answer) -> None:
        self.created = created.headers["X-Request-Id"]
        self.invited = invited.headers["X-Request-Id"]


@pytest.fixture(scope="module")
def sent(admin: Caller, sales: Caller, new_caller: NewCaller, origin: str) -> Sent:
    """Canaries through every way in: bodies, queries, paths, headers, logins; accepted ones and refused ones."""
    created = admin.post("/v1/organisations", ORGANISATION)
    assert created.status_code == 201, created.text
    about = {"organisation_id": created.json()["id"]}
    person = admin.create("/v1/people", **PERSON)
    admin.create("/v1/person-organisation-links", **LINK, **about, person_id=person["id"])
    admin.create("/v1/interactions", **INTERACTION, **about)
    admin.create("/v1/tasks", **TASK, **about)
    invited = admin.post("/v1/users", USER)
    assert invited.status_code == 201, invited.text
    one = f"/v1/organisations/{about['organisation_id']}"
    admin.patch(one, {"notes": f"Autre note {WORD}"}, **{"If-Match": '"1"'})
    admin.patch(one, {"notes": f"Trop tard {WORD}"}, **{"If-Match": '"1"'})
    _refused(admin, new_caller)
    wait_until(lambda: sales.items("/v1/people", email=address("person")), 30, "the person in another user's list")
    await_mail(origin, address("user").replace(WORD, WORD.lower()), "invitation")
    return Sent(created, invited)


def _refused(admin: Caller, new_caller: NewCaller) -> None:
    stranger = new_caller()
    stranger.login(address("stranger"), f"{WORD} password")
    stranger.post("/v1/auth/forgot-password", {"email": address("stranger")})
    stranger.post("/v1/auth/reset-password", {"token": WORD, "password": f"{WORD} password"})
    stranger.get(f"/v1/auth/invitations/{WORD}")
    stranger.get("/v1/me", Authorization=f"Bearer {WORD}.{WORD}.{WORD}")
    admin.post("/v1/people", PERSON)
    admin.post("/v1/organisations", {"name": WORD, "lei": LEI})
    admin.post("/v1/organisations", {WORD: WORD})
    admin.post("/v1/organisations", {"name": [WORD], "phone": WORD, "email": WORD})
    admin.request("POST", "/v1/organisations", data=f'{{"{WORD}'.encode(), headers={"Content-Type": "application/json"})
    admin.get(f"/v1/organisations/{WORD}")
    admin.get("/v1/organisations", {"city": f"{WORD}-ville", "q": WORD, "cursor": WORD})
    admin.get("/v1/organisations", {WORD: WORD})
    admin.get("/v1/search", {"q": f"{WORD} {DIGITS}"})
    admin.get("/v1/me", None, **{"User-Agent": f"{WORD}\tbrowser", "X-Forwarded-For": WORD, "If-None-Match": WORD})
    admin.post("/v1/tasks", {"title": WORD}, **{"Idempotency-Key": WORD})


def log_of(cloud: LocalCloud, function: str) -> str:
    path = cloud.layout.logs / f"{function_name(LOCAL_STAGE, function)}.log"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_that_was_typed_is_logged(cloud: LocalCloud, sent: Sent, function: str) -> None:
    assert canaries_in(log_of(cloud, function)) == []


def test_the_canaries_went_through_these_logs(cloud: LocalCloud, sent: Sent) -> None:
    """Else the test above would say nothing."""
    for function in ("api", "relay", "indexer", "mailer"):
        assert log_of(cloud, function).count("\n") > 0, function


def test_request_id_is_found_at_every_hop(cloud: LocalCloud, sent: Sent) -> None:
    for function in ("api", "relay", "indexer"):
        await_in_log(cloud, function, sent.created)
    for function in ("api", "relay", "mailer"):
        await_in_log(cloud, function, sent.invited)


def await_in_log(cloud: LocalCloud, function: str, request_id: str) -> None:
    wait_until(lambda: request_id in log_of(cloud, function), 20, f"the request's id in the log of {function}")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_line_is_json(cloud: LocalCloud, sent: Sent, function: str) -> None:
    """A line someone could make up by a line break in a value would not be."""
    for line in log_of(cloud, function).splitlines():
        assert isinstance(json.loads(line), dict), line[:200]


def test_no_password_hash_or_token_is_logged(cloud: LocalCloud, admin: Caller, sent: Sent) -> None:
    assert admin.token
    secrets = ("$argon2", admin.token, *admin.cookies.values(), "admin123")

    for function in FUNCTIONS:
        assert not [secret for secret in secrets if secret in log_of(cloud, function)], function
