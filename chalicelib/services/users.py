"""Users: who they are, which role and team they have, and their invitation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, MustExist
from chalicelib.domain.errors import Conflict, Detail, Forbidden, InvalidInput
from chalicelib.domain.identity import (
    INVITATION_LIFETIME,
    Count,
    CreateCredentials,
    Effect,
    IdentityStore,
    IssueToken,
    OneTimeToken,
    Purpose,
)
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.domain.privileges import ADMIN, require_permissions_of
from chalicelib.domain.records import Kind, Ref
from chalicelib.domain.tokens import digest, new_secret
from chalicelib.domain.users import Role, User
from chalicelib.services.records import RecordService, audit_entry

ACTIVE_ADMINS = "active_admins"


def users_of_role(slug: str) -> str:
    """The counter of the live users who have the role."""
    return f"users_of_role#{slug}"


def users_of_team(team_id: str) -> str:
    """The counter of the live users in the team."""
    return f"users_of_team#{team_id}"


class UserService(RecordService[User]):
    """Creating a user sends an invitation. Rules against climbing: see `domain.privileges`."""

    def __init__(
        self, kind: Kind[User], store: RecordStore, index: RecordIndex, clock: Clock, identity: IdentityStore
    ) -> None:
        super().__init__(kind, store, index, clock)
        self._identity = identity

    def invite_again(self, by: Caller, id: str) -> User:
        """Send another invitation to a user who has not accepted one; `Conflict` for anyone else."""
        policy.require(by.principal, "users:update")
        user = self._find(by, id, "update")
        self._refuse_climbing(by, user, user)
        _, credentials = self._identity.account(id)
        if credentials.password is not None or user.deleted_at is not None:
            raise Conflict("The user has accepted the invitation already.")
        about = Ref("user", user.id)
        audit = audit_entry(self.clock, by, "user.invite", "done", "users", about, {})
        self._identity.commit(Change(audit.id, (), (audit,)), [IssueToken(self._invitation(by, user))])
        return user

    def _write(self, by: Caller, before: User | None, after: User, change: Change) -> None:
        self._refuse_climbing(by, before, after)
        effects: list[Effect] = list(membership_counts(before, after))
        if before is None:
            effects += [CreateCredentials(after.id), IssueToken(self._invitation(by, after))]
        elif before.deleted_at is not None:
            change = replace(change, writes=(*change.writes, MustExist(Ref("role", after.role), "role")))
        self._identity.commit(change, effects)

    def _refuse_climbing(self, by: Caller, before: User | None, after: User) -> None:
        principal = by.principal
        if before is not None and before.id == principal.user_id:
            _refuse_own(principal, before, after)
        require_rank(self.store, principal, {user.role for user in (before, after) if user is not None})

    def _invitation(self, by: Caller, user: User) -> OneTimeToken:
        now = self.clock.now()
        return OneTimeToken(
            id=new_secret(),
            purpose=Purpose.INVITATION,
            user_id=user.id,
            created_at=now,
            expires_at=now + INVITATION_LIFETIME,
            bound_to=digest(""),
            email=user.email,
            locale=user.locale,
            name=user.first_name or user.username,
            correlation_id=by.request_id,
        )


def require_rank(store: RecordStore, principal: policy.Principal, slugs: Iterable[str]) -> None:
    """Raise `Forbidden` unless the caller has every permission of the roles named: nobody touches their betters."""
    wanted = {Ref("role", slug) for slug in slugs}
    roles = store.get_many(list(wanted))
    for ref in wanted:
        role = roles.get(ref)
        if role is None:
            raise InvalidInput("The role does not exist.", [Detail("role", "there is no such role")])
        require_permissions_of(principal, cast(Role, role))


def _refuse_own(principal: policy.Principal, before: User, after: User) -> None:
    """Nobody changes their own role, activity or existence; nor their team, unless they see all teams anyway."""
    same: Callable[[str], bool] = lambda field: getattr(before, field) == getattr(after, field)  # noqa: E731
    if not (same("role") and same("is_active") and same("deleted_at")):
        raise Forbidden("users:update", "Nobody can change their own role, deactivate or delete themselves.")
    if not same("team_id") and principal.grants.scopes.get("default") is not policy.Scope.ALL:
        raise Forbidden("users:update", "Nobody can move themselves to another team.")


def membership_counts(before: User | None, after: User) -> list[Count]:
    """What the change does to the counters that guard roles, teams and the last admin."""
    deltas = Counter(_counted(after))
    deltas.subtract(Counter(_counted(before)))
    last = Conflict("This is the last active admin; name another one first.", [Detail("role", "last active admin")])
    return [
        Count(name, delta, *((1, last) if name == ACTIVE_ADMINS else (0, None)))
        for name, delta in deltas.items()
        if delta
    ]


def _counted(user: User | None) -> list[str]:
    if user is None or user.deleted_at is not None:
        return []
    names = [users_of_role(user.role)]
    if user.team_id:
        names.append(users_of_team(user.team_id))
    if user.is_active and user.role == ADMIN:
        names.append(ACTIVE_ADMINS)
    return names
