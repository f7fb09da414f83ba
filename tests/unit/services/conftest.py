"""The core services on the in-memory store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.domain.callers import Caller
from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.events import Transition
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.mandats import MANDATS
from chalicelib.domain.organisations import ORGANISATIONS, Organisation
from chalicelib.domain.people import LINKS, PEOPLE, Link, Person
from chalicelib.domain.policy import Scope
from chalicelib.domain.produits import PRODUITS
from chalicelib.domain.records import Kind, Record
from chalicelib.domain.tasks import TASKS
from chalicelib.domain.users import USERS
from chalicelib.services.contracts import ContractService
from chalicelib.services.mandats import MandatService
from chalicelib.services.people import LinkService
from chalicelib.services.records import RecordService
from chalicelib.services.relay import Relay
from chalicelib.services.tasks import TaskService
from tests.support.clock import SettableClock
from tests.support.factories import body_of, make_caller, make_id, make_team, make_user
from tests.support.fakes import InMemoryBus, InMemoryIndexQueue, InMemoryRecords, SpyIndex

__all__ = ["Core", "Scope"]


@dataclass
class Core:
    """Every service on one store; `alice` and `bob` sell in one team, `carla` in another, `admin` sees all."""

    store: InMemoryRecords = field(default_factory=InMemoryRecords)
    index: SpyIndex = field(default_factory=SpyIndex)
    clock: SettableClock = field(default_factory=SettableClock)
    bus: InMemoryBus = field(default_factory=InMemoryBus)
    queue: InMemoryIndexQueue = field(default_factory=InMemoryIndexQueue)

    def __post_init__(self) -> None:
        self.team, self.other_team = make_team(), make_team()
        self.admin = make_caller("admin")
        self.alice = make_caller("sales", team_id=self.team.id)
        self.bob = make_caller("sales", team_id=self.team.id)
        self.carla = make_caller("sales", team_id=self.other_team.id)
        self.viewer = make_caller("viewer", team_id=self.team.id)
        self.organisations: RecordService[Organisation] = self._service(ORGANISATIONS)
        self.people: RecordService[Person] = self._service(PEOPLE)
        self.interactions: RecordService[Any] = self._service(INTERACTIONS)
        self.links = LinkService(LINKS, self.store, self.index, self.clock)
        self.produits: RecordService[Any] = self._service(PRODUITS)
        self.mandats = MandatService(MANDATS, self.store, self.index, self.clock)
        self.contracts = ContractService(CONTRACTS, self.store, self.index, self.clock)
        self.events: RecordService[Any] = self._service(EVENTS)
        self.users: RecordService[Any] = self._service(USERS)
        self.tasks = TaskService(TASKS, self.store, self.index, self.clock)
        self.relay = Relay(self.store, self.store, self.bus, self.queue, self.clock)
        for record in (self.team, self.other_team, *map(self._user, (self.alice, self.bob, self.carla, self.admin))):
            self.store.records[record.kind, record.id] = record  # type: ignore[index]

    def _user(self, caller: Caller) -> Record:
        return make_user(id=caller.principal.user_id, team_id=caller.principal.team_id)

    def _service(self, kind: Kind[Any]) -> RecordService[Any]:
        return RecordService(kind, self.store, self.index, self.clock)

    def organisation(self, by: Caller | None = None, **fields: Any) -> Organisation:
        given = body_of(ORGANISATIONS, **{"name": "ACME", **fields})
        return self.organisations.create(by or self.alice, given)

    def person(self, by: Caller | None = None, **fields: Any) -> Person:
        return self.people.create(by or self.alice, body_of(PEOPLE, **{"last_name": "Dupont", **fields}))

    def link(self, by: Caller | None = None, **fields: Any) -> Link:
        ends = {
            "organisation_id": fields.get("organisation_id") or self.organisation(by).id,
            "person_id": fields.get("person_id") or self.person(by).id,
        }
        return self.links.create(by or self.alice, body_of(LINKS, **{**fields, **ends}))

    def interaction(self, by: Caller | None = None, **fields: Any) -> Any:
        given = {"type": "phone", "subject": "Appel", "occurred_at": self.clock.now(), **fields}
        return self.interactions.create(by or self.alice, body_of(INTERACTIONS, **given))

    def task(self, by: Caller | None = None, **fields: Any) -> Any:
        return self.tasks.create(by or self.alice, body_of(TASKS, **{"title": "Rappeler", **fields}))

    def relayed(self) -> list[Transition]:
        """Hand what was written to the relay, and what the relay wrote, until nothing is left."""
        handled: list[Transition] = []
        while self.store.transitions:
            batch, self.store.transitions = self.store.transitions, []
            self.relay.handle(batch)
            handled += batch
        return handled

    def missing_id(self) -> str:
        return make_id()


@pytest.fixture
def core() -> Core:
    return Core()
