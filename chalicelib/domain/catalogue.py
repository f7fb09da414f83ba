"""Every kind of record there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.client_events import EVENTS
from chalicelib.domain.contracts import CONTRACTS
from chalicelib.domain.interactions import INTERACTIONS
from chalicelib.domain.listing import ListedKind
from chalicelib.domain.mandats import MANDATS
from chalicelib.domain.organisations import ORGANISATIONS
from chalicelib.domain.people import LINKS, PEOPLE
from chalicelib.domain.produits import PRODUITS
from chalicelib.domain.records import Kind, Record
from chalicelib.domain.tasks import TASKS
from chalicelib.domain.users import ROLES, TEAMS, USERS
from chalicelib.domain.views import VIEWS

KINDS: Mapping[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        ORGANISATIONS,
        PEOPLE,
        LINKS,
        INTERACTIONS,
        TASKS,
        PRODUITS,
        MANDATS,
        CONTRACTS,
        EVENTS,
        VIEWS,
        USERS,
        TEAMS,
        ROLES,
    )
}
MODELS: Mapping[str, type[Record]] = {name: kind.model for name, kind in KINDS.items()}
LISTED: Mapping[str, ListedKind] = {name: kind.listed for name, kind in KINDS.items()}
