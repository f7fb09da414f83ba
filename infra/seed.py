"""What a fresh stage needs: the built-in roles; then demo users and data on the local stage, or the invitation of the
first administrator on any other.

`python -m infra.seed [--admin-email ADDRESS]`, with the settings of the API function in the environment.
Running it again adds what is missing and changes nothing else.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ulid import ULID

from chalicelib import wiring
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, Insert
from chalicelib.domain.errors import Conflict, Duplicate
from chalicelib.domain.identity import CreateCredentials
from chalicelib.domain.policy import BUILT_IN_ROLES, PERMISSIONS, Grants, Principal, Scope
from chalicelib.domain.privileges import ADMIN
from chalicelib.domain.records import Cause, Record, Ref
from chalicelib.domain.types import normalise_email
from chalicelib.domain.users import Role, Team, User, UserFields
from chalicelib.services.records import audit_entry
from chalicelib.services.users import membership_counts
from chalicelib.settings import get_settings
from infra.demo_data import seed_commercial_data

LOCAL_STAGE = "local"
_NAMES = {
    "admin": "Administration",
    "manager": "Management",
    "sales": "Commercial",
    "support": "Support",
    "viewer": "Lecture",
}
_DEMO_TEAM = "Distribution France"
_DEMO_USERS = (
    ("admin@alforis.com", "admin", "admin123", "Alice", "Admin", "admin"),
    ("user@alforis.com", "user", "user123", "Ugo", "Commercial", "sales"),
)


class DemoUsersRefused(Exception):
    """Users with published passwords belong on the local stage only."""


def seed_roles() -> int:
    """Store the built-in roles that are missing; answers how many."""
    return sum(
        _insert(
            Role(
                **_envelope(slug),
                name=_NAMES[slug],
                permissions=sorted(grants.permissions),
                scopes=dict(grants.scopes),
                built_in=True,
            )
        )
        for slug, grants in BUILT_IN_ROLES.items()
    )


def seed_demo_users(stage: str) -> User:
    """Store the demo team and the demo users that are missing; answers the one who owns the demo data.

    Their passwords are below our own policy: they are set here, past it.
    """
    if stage != LOCAL_STAGE:
        raise DemoUsersRefused(f"The demo users exist on the stage {LOCAL_STAGE!r} only, not on {stage!r}.")
    records = wiring.records()
    team_id = records.unique_holder("team", "name", _DEMO_TEAM.casefold()) or _new_id()
    _insert(Team(**_envelope(team_id), name=_DEMO_TEAM))
    for email, username, password, first_name, last_name, role in _DEMO_USERS:
        if records.unique_holder("user", "email", email) is None:
            user = User(
                **_envelope(_new_id()),
                email=email,
                username=username,
                first_name=first_name,
                last_name=last_name,
                role=role,
                team_id=team_id,
            )
            credentials = CreateCredentials(user.id, wiring.passwords().hash(password))
            wiring.identity().commit(_change(user), [credentials, *membership_counts(None, user)])
    owner = records.get("user", records.unique_holder("user", "email", _DEMO_USERS[1][0]) or "")
    assert isinstance(owner, User)  # noqa: S101 - it was stored just above
    return owner


def invite_first_admin(email: str) -> None:
    """Create the administrator and have the invitation mailed; once more if it was not accepted yet."""
    address = normalise_email(email)
    by = Caller(_SYSTEM)
    username = address.partition("@")[0]
    fields = UserFields(email=address, username=username, role=ADMIN)
    try:
        wiring.users().create(by, fields)
    except Duplicate as taken:
        if taken.field != "email" or taken.other_id is None:
            raise
        wiring.users().invite_again(by, taken.other_id)


_SYSTEM = Principal(
    user_id="system", role="", grants=Grants(permissions=PERMISSIONS, scopes={"default": Scope.ALL}), via="system"
)


def _insert(record: Record) -> bool:
    try:
        wiring.records().commit(_change(record))
    except Conflict:
        return False
    return True


def _change(record: Record) -> Change:
    about = Ref(record.kind, record.id)
    audit = audit_entry(wiring.clock(), Caller(_SYSTEM), f"{record.kind}.create", "done", f"{record.kind}s", about, {})
    return Change(record.change_id, (Insert(record),), (audit,))


def _envelope(id: str) -> dict[str, Any]:
    now = wiring.clock().now()
    return {
        "id": id,
        "created_at": now,
        "created_by": _SYSTEM.user_id,
        "updated_at": now,
        "updated_by": _SYSTEM.user_id,
        "change_id": _new_id(),
        "cause": Cause(type="seed"),
    }


def _new_id() -> str:
    return str(ULID.from_datetime(wiring.clock().now()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--admin-email", help="who administers a stage that is not local")
    options = parser.parse_args()
    stage = get_settings().stage
    print(f"{seed_roles()} roles added")
    if stage == LOCAL_STAGE:
        owner = seed_demo_users(stage)
        colleague = wiring.records().unique_holder("user", "email", _DEMO_USERS[0][0])
        added = seed_commercial_data(wiring.records(), wiring.clock(), owner.id, owner.team_id, colleague)
        print(f"demo users are there; {added} demo records added")
    elif options.admin_email:
        invite_first_admin(options.admin_email)
        print("the administrator's invitation is on its way by mail")
    else:
        sys.exit("This stage gets no demo users: give the first administrator's address with --admin-email.")


if __name__ == "__main__":
    main()
