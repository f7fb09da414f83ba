"""The documentation says what the code says, and its links lead somewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.domain import catalogue
from chalicelib.domain.events import AccountEvent, DomainEvent, Transition
from chalicelib.domain.identity import EVENTS
from chalicelib.domain.policy import ACTIONS, BUILT_IN_ROLES, RESOURCES
from chalicelib.settings import Settings
from tests.support.clock import START
from tests.support.factories import make_organisation

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MAIL_TEMPLATES = ROOT / "chalicelib/templates/mail"

_CODE = re.compile(r"`([^`\n]+)`")


def table_rows(page: str, first_heading: str) -> list[list[str]]:
    """The cells of the table whose first heading is this one, without its head."""
    lines = (DOCS / page).read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def code_in(text: str) -> set[str]:
    return set(_CODE.findall(text))


def test_every_setting_is_documented() -> None:
    documented = {name for row in table_rows("operations.md", "variable") for name in code_in(row[0])}

    assert documented == {name.upper() for name in Settings.model_fields}


def test_permission_table_is_what_the_built_in_roles_grant() -> None:
    roles = [*BUILT_IN_ROLES]
    documented: dict[str, set[str]] = {role: set() for role in roles}
    for resource, *cells in table_rows("permissions.md", "resource"):
        for role, cell in zip(roles, cells, strict=True):
            actions = ACTIONS if cell == "all" else () if cell == "–" else cell.split()
            documented[role] |= {f"{resource.strip('`')}:{action}" for action in actions}

    assert documented == {role: set(grants.permissions) for role, grants in BUILT_IN_ROLES.items()}


def test_permission_page_names_every_resource_action_and_role() -> None:
    page = (DOCS / "permissions.md").read_text()

    assert [row[0].strip("`") for row in table_rows("permissions.md", "resource")] == [*RESOURCES]
    assert " ".join(ACTIONS) in code_in(page)
    assert f"| resource | {' | '.join(f'`{role}`' for role in BUILT_IN_ROLES)} |" in page


def test_scope_table_is_what_the_built_in_roles_have() -> None:
    documented = {
        role.strip("`"): dict(re.findall(r"`([\w:]+)` (\w+)", scopes))
        for role, scopes in table_rows("permissions.md", "role")
    }

    assert documented == {
        role: {target: scope.value for target, scope in grants.scopes.items()}
        for role, grants in BUILT_IN_ROLES.items()
    }


def verbs() -> set[str]:
    """Everything that can happen to a record."""
    live, gone = make_organisation(), make_organisation(deleted_at=START)
    later = make_organisation(updated_at=START + timedelta(hours=1))
    pairs = [(None, live), (live, later), (live, gone), (gone, live)]
    return {Transition(before, after, "1").verb for before, after in pairs}


def test_every_event_is_documented_and_no_other() -> None:
    named = {name for row in table_rows("events.md", "kind") for name in code_in(row[1])}
    named |= {name for row in table_rows("events.md", "event") for name in code_in(row[0])}

    records = {f"{kind}.{verb}" for kind in catalogue.MODELS for verb in verbs()}
    assert named == records | set(EVENTS.values())


def test_every_field_of_an_event_is_documented() -> None:
    named = code_in((DOCS / "events.md").read_text())

    assert {*DomainEvent.model_fields, *AccountEvent.model_fields} <= named


def test_every_mail_template_is_documented_with_its_event() -> None:
    documented = {row[0].strip("`"): row[2].strip("`") for row in table_rows("events.md", "event")}

    assert documented == {name: purpose.value for purpose, name in EVENTS.items()}
    files = {path.name.partition(".")[0] for path in MAIL_TEMPLATES.glob("*.txt")}
    assert set(documented.values()) == files


def test_mail_rule_takes_every_account_event() -> None:
    rule = (ROOT / "infra/template/messaging.yaml").read_text()

    (listed,) = re.findall(r"detail-type: \[(.*)\]", rule)
    assert set(listed.split(", ")) == set(EVENTS.values())


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "bench").glob("*.md")]


def anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = [t for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]

    assert [target for target in targets if not leads_somewhere(page, target)] == []


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, fragment = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    if not found.exists():
        return False
    return not fragment or fragment in {anchor(h) for h in re.findall(r"^#+ (.*)$", found.read_text(), re.MULTILINE)}
