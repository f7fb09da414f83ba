"""A caller goes after someone else's records by every road the API has; whatever comes back is searched for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.support.application import Actor
from tests.support.http import Answer, Client

_numbers = count(1)

PATHS = {
    "organisation": "/v1/organisations",
    "person": "/v1/people",
    "link": "/v1/person-organisation-links",
    "interaction": "/v1/interactions",
    "task": "/v1/tasks",
    "produit": "/v1/produits",
    "mandat": "/v1/mandats",
    "contract": "/v1/contracts",
    "event": "/v1/events",
}
CHANGES: dict[str, dict[str, Any]] = {
    "organisation": {"city": "Stolen"},
    "person": {"title": "Stolen"},
    "link": {"job_title": "Stolen"},
    "interaction": {"content": "Stolen"},
    "task": {"category": "Stolen"},
    "produit": {"notes": "Stolen"},
    "mandat": {"notes": "Stolen"},
    "contract": {"notes": "Stolen"},
    "event": {"location": "Stolen"},
}
_BY_TAG = dict.fromkeys(("interaction", "task", "produit", "mandat", "contract", "event"), "tags")
_BY_NAME = dict.fromkeys(("organisation", "produit", "mandat", "contract", "event"), "name")
FACETS = {"organisation": "city", "person": "role", "link": "job_title", **_BY_TAG}
NAMES = {"person": "last_name", "link": "job_title", "interaction": "subject", "task": "title", **_BY_NAME}


@dataclass(frozen=True)
class Victims:
    """One record of each kind, each with the canary in its texts."""

    canary: str
    ids: dict[str, str]


@dataclass(frozen=True)
class Attempt:
    """One request of an attack."""

    label: str
    method: str
    path: str
    body: Any = None


def create_victims(owner: Actor, **fields: Any) -> Victims:
    """Records of `owner`; `fields` are given to those that take them (team_id, owner_id)."""
    canary = f"canari{next(_numbers)}xq"
    post = owner.client.post
    organisation = _id(post(PATHS["organisation"], {"name": canary, "city": canary, "tags": [canary], **fields}))
    person = _id(post(PATHS["person"], {"last_name": canary, "role": canary, "notes": canary, **fields}))
    about = {"organisation_id": organisation, "person_id": person}
    link = _id(post(PATHS["link"], {**about, "job_title": canary}))
    interaction = {"type": "note", "subject": canary, "occurred_at": "2026-01-01T10:00:00Z", "tags": [canary]}
    task = {"title": canary, "tags": [canary], "due_date": "2026-01-01"}
    ids = {
        "organisation": organisation,
        "person": person,
        "link": link,
        "interaction": _id(post(PATHS["interaction"], {**interaction, **about, **fields})),
        "task": _id(post(PATHS["task"], {**task, **about, **fields})),
    }
    named = {"name": canary, "tags": [canary], **fields}
    client = {**named, "organisation_id": organisation}
    signed = {**client, "total_amount": "1.00", "signed": True}
    held = _id(post(PATHS["contract"], signed))  # by the event, which keeps it from being deleted
    times = {"start_at": "2026-01-01T10:00:00Z", "end_at": "2026-01-01T12:00:00Z"}
    ids |= {
        "produit": _id(post(PATHS["produit"], named)),
        "mandat": _id(post(PATHS["mandat"], client)),
        "contract": _id(post(PATHS["contract"], signed)),
        "event": _id(post(PATHS["event"], {**client, "contract_id": held, **times})),
    }
    return Victims(canary, ids)


def leaks(attacker: Client, victims: Victims) -> list[str]:
    """The attempts whose answer shows the canary, an id, a success, or a count above nothing."""
    return [
        f"{attempt.label}: {answer.status} {answer.body[:200]!r}"
        for attempt in [*_after_one(victims.ids), *_after_any(victims), *_through_references(victims.ids)]
        if _shows(answer := _sent(attacker, attempt), victims)
    ]


def differences(attacker: Client, victims: Victims, missing: dict[str, str]) -> list[str]:
    """The attempts in which a record that is not the attacker's is told from one that does not exist."""
    pairs = zip(
        [*_after_one(victims.ids), *_through_references(victims.ids)],
        [*_after_one(missing), *_through_references(missing)],
        strict=True,
    )
    return [
        f"{foreign.label}: {seen!r} / {unseen!r}"
        for foreign, absent in pairs
        if (seen := _comparable(_sent(attacker, foreign))) != (unseen := _comparable(_sent(attacker, absent)))
    ]


def found(viewer: Client, victims: Victims) -> dict[str, bool]:
    """By kind: does the viewer find the record by id, in the list, in its facets and by search?"""
    return {kind: _finds(viewer, kind, victims) for kind in PATHS}


def _finds(viewer: Client, kind: str, victims: Victims) -> bool:
    id, path = victims.ids[kind], PATHS[kind]
    read = viewer.get(f"{path}/{id}").status == 200
    listed = viewer.get(path, {"id": id, "facets": FACETS[kind]})
    in_list = [item["id"] for item in listed.json["items"]] == [id] and listed.json["total"] == 1
    in_facets = victims.canary in listed.json["facets"][FACETS[kind]]
    groups = viewer.get("/v1/search", {"q": victims.canary}).json["groups"]
    in_search = id in json.dumps(groups) if kind != "link" else read  # links have no text that is searched
    assert len({read, in_list, in_facets, in_search}) == 1, (kind, read, in_list, in_facets, in_search)
    return read


def _after_one(ids: dict[str, str]) -> Iterator[Attempt]:
    """Requests that name one record."""
    for kind, path in PATHS.items():
        one = f"{path}/{ids[kind]}"
        item = {"id": ids[kind], **CHANGES[kind]}
        for tail in ("", "/history", "/access", "/timeline"):
            if tail != "/timeline" or kind in ("organisation", "person"):
                yield Attempt(f"GET {kind}{tail}", "GET", one + tail)
        yield Attempt(f"PATCH {kind}", "PATCH", one, CHANGES[kind])
        yield Attempt(f"PUT {kind}", "PUT", one, CHANGES[kind])
        yield Attempt(f"bulk update {kind}", "POST", f"{path}/bulk/update", {"items": [item]})
        yield Attempt(f"bulk delete {kind}", "POST", f"{path}/bulk/delete", {"items": [{"id": ids[kind]}]})
        yield Attempt(f"bulk restore {kind}", "POST", f"{path}/bulk/restore", {"items": [{"id": ids[kind]}]})
        yield Attempt(f"DELETE {kind}", "DELETE", one)
        yield Attempt(f"restore {kind}", "POST", f"{one}/restore")
    task = f"{PATHS['task']}/{ids['task']}"
    yield Attempt("complete task", "POST", f"{task}/complete", {})
    yield Attempt("reopen task", "POST", f"{task}/reopen", {})
    yield Attempt("snooze task", "POST", f"{task}/snooze", {"days": 1})


def _after_any(victims: Victims) -> Iterator[Attempt]:
    """Requests that ask for whatever there is."""
    canary = victims.canary
    for kind, path in PATHS.items():
        queries = [
            f"id={victims.ids[kind]}",
            f"{NAMES[kind]}={canary}",
            f"{NAMES[kind]}__prefix={canary[:6]}&facets={FACETS[kind]}&q={canary}",
            f"q={canary}",
            f"id={victims.ids[kind]}&deleted=true",
            f"sort=-created_at&limit=200&facets={FACETS[kind]}&q={canary[:-1]}",
        ]
        for query in queries:
            yield Attempt(f"list {kind}?{query}", "GET", f"{path}?{query}")
        if kind != "link":
            yield Attempt(f"export {kind}", "GET", f"{path}/export?q={canary}")
            yield Attempt(f"export {kind} by id", "GET", f"{path}/export?id={victims.ids[kind]}")
    yield Attempt("pipeline", "GET", f"/v1/pipeline?city={canary}")
    yield Attempt("pipeline by id", "GET", f"/v1/pipeline?id={victims.ids['organisation']}")
    yield Attempt("overdue tasks", "GET", f"{PATHS['task']}/views/overdue?q={canary}")
    yield Attempt("unpaid contracts", "GET", f"{PATHS['contract']}/views/not_paid?q={canary}")
    yield Attempt("past events", "GET", f"{PATHS['event']}/views/past?q={canary}")
    for text in (canary, canary[:-1], canary[:4], canary.upper()):
        yield Attempt(f"search {text}", "GET", f"/v1/search?q={text}")
        yield Attempt(f"autocomplete {text}", "GET", f"/v1/search/autocomplete?q={text}")


def _through_references(ids: dict[str, str]) -> Iterator[Attempt]:
    """Requests that tie something of one's own to the record."""
    note = {"type": "note", "subject": "Mine", "occurred_at": "2026-01-01T10:00:00Z"}
    for field in ("organisation", "person"):
        reference = {f"{field}_id": ids[field]}
        yield Attempt(f"interaction about {field}", "POST", PATHS["interaction"], {**note, **reference})
        yield Attempt(f"task about {field}", "POST", PATHS["task"], {"title": "Mine", **reference})
        bulk = {"items": [{"title": "Mine", **reference}]}
        yield Attempt(f"tasks about {field}", "POST", f"{PATHS['task']}/bulk/create", bulk)
    client = {"name": "Mine", "organisation_id": ids["organisation"]}
    times = {"start_at": "2026-01-01T10:00:00Z", "end_at": "2026-01-01T12:00:00Z"}
    yield Attempt("mandat of organisation", "POST", PATHS["mandat"], client)
    yield Attempt("contract of organisation", "POST", PATHS["contract"], {**client, "total_amount": "1.00"})
    yield Attempt("event of contract", "POST", PATHS["event"], {**client, "contract_id": ids["contract"], **times})
    yield Attempt(
        "produit issued by organisation",
        "POST",
        PATHS["produit"],
        {"name": "Mine", "issuer_id": client["organisation_id"]},
    )
    both = {"organisation_id": ids["organisation"], "person_id": ids["person"]}
    yield Attempt("link", "POST", PATHS["link"], both)


def _sent(client: Client, attempt: Attempt) -> Answer:
    return client.request(attempt.method, attempt.path, attempt.body)


def _shows(answer: Answer, victims: Victims) -> bool:
    text = answer.body.decode()
    if victims.canary in text.lower() or any(id in text for id in victims.ids.values()):
        return True
    if answer.status >= 400:
        return False
    if (rows := answer.header("X-Row-Count")) is not None:
        return rows != "0"
    document = answer.json
    if "stages" in document:
        return bool(document["total"]["count"])
    if "succeeded" in document:
        return bool(document["succeeded"])
    if "total" not in document:
        return True
    return bool(document["total"]) or any(document.get("facets", {}).values())


def _comparable(answer: Answer) -> tuple[int, str]:
    document = answer.json
    if "error" in document:
        document["error"]["request_id"] = "-"
    headers = sorted((name, value) for name, value in answer.headers if name != "X-Request-Id")
    return answer.status, json.dumps([document, headers])


def _id(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    id: str = answer.json["id"]
    return id
