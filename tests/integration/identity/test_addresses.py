"""Whose address counts: the viewer's, if our distribution says so, and nobody else's word for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app import app as chalice_app
from chalicelib import wiring
from chalicelib.adapters.secrets import Secrets
from tests.integration.identity.people import Identity
from tests.support.aws import AUTH_SECRET
from tests.support.lambda_events import LambdaContext, api_event

PROOF = str(AUTH_SECRET["origin_secret"])
EDGE = "130.176.0.9"
VIEWER = "198.51.100.7"


def noted_address(app: Identity, headers: dict[str, str]) -> str:
    """The address that a session begun by a request with these headers, from an edge, is noted under."""
    person = app.person()
    body = json.dumps({"login": person.user.email, "password": "correct horse battery"}).encode()
    sent = [("Content-Type", "application/json"), *headers.items()]
    path = "/v1/auth/login"
    event = api_event("POST", path, resource=path, headers=sent, body=body, source_ip=EDGE)
    assert chalice_app(event, LambdaContext("api"))["statusCode"] == 200
    (session,) = wiring.identity().sessions(person.user.id)
    return session.ip


def test_viewer_that_our_distribution_names_is_the_caller(app: Identity):
    assert noted_address(app, {"X-Viewer-Address": VIEWER, "X-Origin-Secret": PROOF}) == VIEWER


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Origin-Secret": PROOF},
        {"X-Viewer-Address": VIEWER},
        {"X-Viewer-Address": VIEWER, "X-Origin-Secret": ""},
        {"X-Viewer-Address": VIEWER, "X-Origin-Secret": PROOF[:-1]},
        {"X-Viewer-Address": VIEWER, "X-Origin-Secret": PROOF + "x"},
        {"X-Viewer-Address": VIEWER, "X-Origin-Secret": "é"},
        {"X-Viewer-Address": "", "X-Origin-Secret": PROOF},
        {"X-Viewer-Address": "localhost", "X-Origin-Secret": PROOF},
        {"X-Viewer-Address": f"{VIEWER}, 10.0.0.1", "X-Origin-Secret": PROOF},
        {"X-Forwarded-For": VIEWER, "X-Origin-Secret": PROOF},
    ],
)
def test_without_proof_and_address_it_is_the_one_who_called(app: Identity, headers: dict[str, str]):
    assert noted_address(app, headers) == EDGE


@pytest.mark.parametrize(
    ("viewer", "noted"),
    [("2001:DB8:0::7", "2001:db8::7"), ("::ffff:198.51.100.7", VIEWER), (f" {VIEWER} ", VIEWER)],
)
def test_address_is_noted_in_one_form(app: Identity, viewer: str, noted: str):
    assert noted_address(app, {"X-Viewer-Address": viewer, "X-Origin-Secret": PROOF}) == noted


def test_a_stage_without_an_origin_secret_believes_nobody(app: Identity):
    class Store:
        def get(self) -> Secrets:
            return without

    without = replace(wiring.secrets(), origin_secret="")
    built: dict[str, Any] = {**wiring._built, "secret_store": Store()}
    with wiring.override(**built):
        assert noted_address(app, {"X-Viewer-Address": VIEWER, "X-Origin-Secret": ""}) == EDGE


def test_secret_stored_before_there_was_an_origin_secret_is_still_read(app: Identity):
    older = {name: value for name, value in AUTH_SECRET.items() if name != "origin_secret"}
    app.store_auth_secret(older)

    assert wiring.secret_store().get().origin_secret == ""


def test_throttle_counts_viewers_not_edges(app: Identity):
    def attempt(viewer: str) -> int:
        headers = [("Content-Type", "application/json"), ("X-Viewer-Address", viewer), ("X-Origin-Secret", PROOF)]
        body = json.dumps({"login": f"nobody{viewer}@crm.test", "password": "wrong"}).encode()
        path = "/v1/auth/login"
        event = api_event("POST", path, resource=path, headers=headers, body=body, source_ip=EDGE)
        return int(chalice_app(event, LambdaContext("api"))["statusCode"])

    statuses = [attempt(f"198.51.100.{n}") for n in range(70)]

    assert statuses == [401] * 70
