"""People with passwords and second factors, and what the table and the queue hold about them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import boto3
import pyotp
from boto3.dynamodb.types import TypeDeserializer

from chalicelib import wiring
from chalicelib.domain.changes import Change
from chalicelib.domain.identity import OneTimeToken, Purpose, SetPassword
from chalicelib.domain.tokens import write_one_time_token
from chalicelib.domain.users import User
from tests.support.application import Application
from tests.support.clock import SettableClock
from tests.support.factories import make_id
from tests.support.http import Answer, Client
from tests.support.lambda_events import LambdaContext, api_event

PASSWORD = "correct horse battery"
FIRST_PARTY = {"x_requested_with": "alforis"}


@dataclass
class Person:
    """A user who knows their password, and a browser that is logged in nowhere yet."""

    user: User
    browser: Client
    totp: pyotp.TOTP | None = None
    recovery_codes: list[str] = field(default_factory=list)

    def login(self, password: str = PASSWORD) -> Answer:
        return self.browser.login(self.user.email, password)

    def refresh(self) -> Answer:
        return refresh(self.browser)


def refresh(browser: Client) -> Answer:
    answer = browser.post("/v1/auth/refresh", **FIRST_PARTY)
    if answer.status == 200:
        browser.token = answer.json["access_token"]
    return answer


@dataclass
class Identity:
    """The application, seen by those who test identity."""

    application: Application

    @property
    def clock(self) -> SettableClock:
        return self.application.clock

    def browser(self) -> Client:
        return self.application.anonymous

    def person(self, role: str = "sales", password: str = PASSWORD, **fields: Any) -> Person:
        """A user with a password, not logged in."""
        user = self.application.sign_in(role, **fields).user
        hashed = wiring.passwords().hash(password)
        wiring.identity().commit(Change(make_id(), ()), [SetPassword(user.id, hashed, None)])
        self.end_sessions(user)
        return Person(user, self.browser())

    def logged_in(self, role: str = "sales", **fields: Any) -> Person:
        person = self.person(role, **fields)
        assert person.login().status == 200
        return person

    def with_second_factor(self, role: str = "sales") -> Person:
        """A logged-in user who has set up an authenticator app. The clock moves on, so that its next code is new."""
        person = self.logged_in(role)
        setup = person.browser.post("/v1/me/totp", {"password": PASSWORD}).json
        person.totp = pyotp.TOTP(setup["secret"])
        confirmed = person.browser.post("/v1/me/totp/confirm", {"code": self.code(person)})
        assert confirmed.status == 200, confirmed.body
        person.recovery_codes = confirmed.json["recovery_codes"]
        self.clock.advance(minutes=1)
        return person

    def code(self, person: Person) -> str:
        assert person.totp is not None
        return str(person.totp.at(self.clock.now()))

    def store_auth_secret(self, value: dict[str, Any]) -> None:
        """Put another value into the secret; what is built from the former one is forgotten."""
        manager = boto3.client("secretsmanager")
        manager.put_secret_value(SecretId=self.application.cloud.auth_secret_id, SecretString=json.dumps(value))
        wiring._built.pop("secret_store", None)

    def end_sessions(self, user: User) -> None:
        """Forget the session the user was made with."""
        for item in self.items(f"user#{user.id}"):
            if item["SK"].startswith("SESSION#"):
                self._table().delete_item(Key={"PK": item["PK"], "SK": item["SK"]})

    def live_sessions(self, user: User) -> int:
        now = self.clock.now()
        return sum(session.live(now) for session in wiring.identity().sessions(user.id))

    def items(self, pk: str) -> list[dict[str, Any]]:
        """What is stored under a partition key."""
        return [item for item in self.all_items() if item["PK"] == pk]

    def all_items(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._table().scan()["Items"]
        return items

    def audit(self, actor_id: str) -> list[dict[str, Any]]:
        """The actor's audit entries, oldest first."""
        return [item["data"] for item in self.items(f"ACTOR#{actor_id}") if item["kind"] == "audit"]

    def credentials(self, user: User) -> dict[str, Any]:
        (item,) = [item for item in self.items(f"user#{user.id}") if item["SK"] == "CREDENTIALS"]
        data: dict[str, Any] = item["data"]
        return data

    def issued(self, user: User, purpose: Purpose) -> list[str]:
        """The texts of the one-time tokens of a purpose, as the mails would carry them."""
        return [write_one_time_token(wiring.secrets(), token.id) for token in self.tokens(user, purpose)]

    def tokens(self, user: User, purpose: Purpose) -> list[OneTimeToken]:
        found = []
        for item in self.all_items():
            if item["kind"] == "one_time_token" and item["data"]["user_id"] == user.id:
                token = wiring.identity().token(item["data"]["id"])
                if token is not None and token.purpose is purpose:
                    found.append(token)
        return sorted(found, key=lambda token: token.created_at)

    def from_address(self, ip: str, method: str, path: str, body: str) -> dict[str, Any]:
        """The application's raw answer to a request from that address."""
        from app import app

        headers = [("Content-Type", "application/json")]
        event = api_event(method, path, resource=path, headers=headers, body=body.encode(), source_ip=ip)
        answer: dict[str, Any] = app(event, LambdaContext("api"))
        return answer

    def _table(self) -> Any:
        return boto3.resource("dynamodb").Table(self.application.cloud.table_name)


def plain(image: dict[str, Any]) -> dict[str, Any]:
    """A DynamoDB image as plain values."""
    return {name: TypeDeserializer().deserialize(value) for name, value in image.items()}
