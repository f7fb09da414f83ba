"""What `matrix.yaml` says, and the actors it is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PUBLIC, SIGNED_IN = "public", "signed_in"


@dataclass(frozen=True)
class Oracle:
    """`routes`: "GET /v1/…" to permission; `roles`: built-in role to the permissions it holds."""

    routes: dict[str, str]
    roles: dict[str, frozenset[str]]

    @property
    def permissions(self) -> list[str]:
        """All there are: those of the role that has everything."""
        return sorted(self.roles["admin"])


@dataclass(frozen=True)
class Holder:
    """An actor of the matrix by what it holds; `permissions` None means that it sends no credentials."""

    name: str
    permissions: frozenset[str] | None

    def may(self, permission: str) -> bool:
        if permission == PUBLIC:
            return True
        if self.permissions is None:
            return False
        return permission == SIGNED_IN or permission in self.permissions


@cache
def oracle() -> Oracle:
    document = yaml.safe_load(Path(__file__).with_name("matrix.yaml").read_text(encoding="utf-8"))
    roles = {
        name: frozenset(f"{resource}:{action}" for resource, actions in held.items() for action in actions)
        for name, held in document["roles"].items()
    }
    return Oracle(document["routes"], roles)


def holders() -> Iterator[Holder]:
    """Nobody, every built-in role, every single permission, and every permission but one."""
    everything = frozenset(oracle().permissions)
    yield Holder("anonymous", None)
    yield Holder("no permission", frozenset())
    yield from (Holder(f"role {name}", held) for name, held in oracle().roles.items())
    yield from (Holder(f"only {permission}", frozenset({permission})) for permission in sorted(everything))
    yield from (Holder(f"all but {permission}", everything - {permission}) for permission in sorted(everything))
