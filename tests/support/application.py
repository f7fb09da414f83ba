"""The whole application in process: the real handlers, services, policy and repositories on moto, and an index in
memory that knows every committed record at once."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from chalicelib import wiring
from chalicelib.adapters.aws import spare_needless_work
from chalicelib.adapters.record_index.local import LocalIndex
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.domain import catalogue
from chalicelib.domain.changes import AuditEntry, Change, Insert, Replace
from chalicelib.domain.identity import SESSION_LIFETIME, CreateCredentials, Effect, OpenSession, Session
from chalicelib.domain.listing import AggregateQuery, Group, IndexDocument, ListQuery, Page, SearchGroup, SearchQuery
from chalicelib.domain.policy import BUILT_IN_ROLES, Grants
from chalicelib.domain.records import Record, Ref, index_document
from chalicelib.domain.tokens import AccessClaims
from chalicelib.domain.trails import TrailQuery
from chalicelib.domain.users import Role, User
from chalicelib.repositories.items import use_table
from chalicelib.repositories.records import DynamoRecords
from chalicelib.repositories.transactions import Transaction
from chalicelib.services.users import membership_counts
from chalicelib.settings import get_settings
from tests.support.aws import Cloud, in_process_cloud
from tests.support.clock import SettableClock
from tests.support.factories import make_id, make_user, ref_of
from tests.support.http import Client, Gateway

_numbers = itertools.count(1)


class TrackedRecords(DynamoRecords):
    """Notes which records were written, for the index to read them."""

    def __init__(self) -> None:
        super().__init__(catalogue.MODELS)
        self.touched: set[Ref] = set()

    def transaction(self, change: Change) -> Transaction:
        for write in change.writes:
            if isinstance(write, Insert | Replace):
                self.touched.add(ref_of(write.record if isinstance(write, Insert) else write.after))
        return super().transaction(change)


class ImmediateIndex:
    """The product's index in memory, brought up to date from the table before it answers.

    What the caller wrote lately is ignored: the index has it already.
    """

    def __init__(self, records: TrackedRecords) -> None:
        self._records = records
        self._index = LocalIndex(IndexSchema(catalogue.LISTED))

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page:
        self._catch_up()
        return self._index.list(query)

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[SearchGroup]:
        self._catch_up()
        return self._index.search(query)

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Sequence[Sequence[Group]]:
        self._catch_up()
        return self._index.aggregate(query)

    def version(self) -> int:
        return self._index.version()

    def published_at(self) -> float | None:
        return None

    def _catch_up(self) -> None:
        if touched := list(self._records.touched):
            self._records.touched.clear()
            self._index.apply(index_document(record) for record in self._records.get_many(touched).values())


@dataclass
class Actor:
    """A user with an open session, and a client that carries its access token."""

    user: User
    session: Session
    client: Client


@dataclass
class Application:
    cloud: Cloud
    clock: SettableClock
    gateway: Gateway
    records: TrackedRecords
    _roles: set[str] = field(default_factory=set)

    @property
    def anonymous(self) -> Client:
        return Client(self.gateway)

    def store(self, record: Record) -> Record:
        """Commit the record as it is, past every rule of the API."""
        self.records.commit(Change(record.change_id, (Insert(record),)))
        return record

    def stored(self, kind: str, id: str) -> Record:
        record = self.records.get(kind, id)
        assert record is not None, f"there is no {kind} {id}"
        return record

    def audited(self, actor: Actor) -> list[AuditEntry]:
        """What the actor did, or was refused, newest first."""
        now = self.clock.now()
        asked = TrailQuery(now - timedelta(days=99), now + timedelta(days=1), limit=50, actor_id=actor.user.id)
        return list(wiring.trails().audit(asked).entries)

    def role(self, slug: str, grants: Grants) -> str:
        """Make sure the role is stored with these grants, and answer its slug."""
        if slug not in self._roles:
            self._roles.add(slug)
            self.store(
                Role(
                    **self.envelope() | {"id": slug},
                    name=slug,
                    permissions=sorted(grants.permissions),
                    scopes=dict(grants.scopes),
                    built_in=slug in BUILT_IN_ROLES,
                )
            )
        return slug

    def sign_in(self, role: str = "admin", grants: Grants | None = None, **fields: Any) -> Actor:
        """A new user with that built-in role, or with a role of their own made of `grants`."""
        slug = (
            self.role(role, BUILT_IN_ROLES[role]) if grants is None else self.role(f"{role}-{next(_numbers)}", grants)
        )
        user = make_user(**{"role": slug, **fields})
        session = self._session(user)
        change = Change(user.change_id, (Insert(user),))
        effects: list[Effect] = [CreateCredentials(user.id), OpenSession(session), *membership_counts(None, user)]
        wiring.identity().commit(change, effects)
        return Actor(user, session, Client(self.gateway, token=self.access_token(user, session)))

    def access_token(self, user: User, session: Session) -> str:
        """A token issued now; it lives for `ACCESS_LIFETIME`."""
        return wiring.access_tokens().issue(AccessClaims(user.id, session.id, user.role), self.clock.now())

    def envelope(self) -> dict[str, Any]:
        """The bookkeeping fields of a new record."""
        now = self.clock.now()
        by = make_id(now)
        return {
            "id": make_id(now),
            "change_id": make_id(now),
            "created_at": now,
            "created_by": by,
            "updated_at": now,
            "updated_by": by,
        }

    def _session(self, user: User) -> Session:
        now = self.clock.now()
        return Session(
            id=make_id(now),
            user_id=user.id,
            token_hash="-",
            created_at=now,
            last_used_at=now,
            expires_at=now + SESSION_LIFETIME,
        )


@contextmanager
def running_application(clock: SettableClock | None = None, **overrides: Any) -> Iterator[Application]:
    """A fresh cloud with the application on it; `overrides` are results of `wiring`'s builders."""
    with in_process_cloud() as cloud, patch.dict(os.environ, cloud.environment()):
        get_settings.cache_clear()
        use_table(cloud.table_name, spare_needless_work)
        now = clock or SettableClock(datetime.now(UTC))
        records = TrackedRecords()
        index = ImmediateIndex(records)
        with wiring.override(**{"clock": now, "records": records, "record_index": index, **overrides}):
            yield Application(cloud, now, Gateway(_app()), records)
    get_settings.cache_clear()


def _app() -> Any:
    from app import app

    return app
