"""What a fresh stage gets."""

from __future__ import annotations

import pytest

from chalicelib.domain.identity import Purpose
from chalicelib.domain.policy import BUILT_IN_ROLES
from infra import seed
from tests.integration.identity.people import Identity


def test_demo_users_can_log_in_and_do_what_their_roles_allow(app: Identity):
    seed.seed_demo_users("local")
    admin, user = app.browser(), app.browser()

    assert admin.login("admin@alforis.com", "admin123").status == 200
    assert user.login("user@alforis.com", "user123").status == 200
    assert admin.get("/v1/roles").status == 200
    assert user.get("/v1/roles").status == 403


def test_seeding_again_changes_nothing(app: Identity):
    first = seed.seed_demo_users("local")
    before = len(app.all_items())

    assert seed.seed_demo_users("local") == first
    assert seed.seed_roles() == 0
    assert len(app.all_items()) == before


def test_seeded_admin_counts_as_the_last_one(app: Identity):
    seed.seed_demo_users("local")
    admin = app.browser()
    admin.login("admin", "admin123")
    other = admin.post("/v1/users", {"email": "b@crm.test", "username": "bea", "role": "admin"}).json

    assert admin.patch(f"/v1/users/{other['id']}", {"role": "sales"}).status == 200
    roles = admin.get("/v1/roles").json["items"]
    assert {role["id"] for role in roles} >= set(BUILT_IN_ROLES)


@pytest.mark.parametrize("stage", ["dev", "prod", "LOCAL", ""])
def test_demo_users_are_refused_on_any_other_stage(app: Identity, stage: str):
    with pytest.raises(seed.DemoUsersRefused):
        seed.seed_demo_users(stage)

    assert app.browser().login("admin@alforis.com", "admin123").status == 401


def test_other_stages_invite_their_first_admin(app: Identity):
    seed.invite_first_admin("Boss@CRM.test")
    user_id = app.application.records.unique_holder("user", "email", "boss@crm.test")
    assert user_id is not None
    user = app.application.stored("user", user_id)

    (token,) = app.issued(user, Purpose.INVITATION)  # type: ignore[arg-type]
    body = {"token": token, "password": "a long first password"}

    assert app.browser().post("/v1/auth/accept-invitation", body).status == 204
    boss = app.browser()
    assert boss.login("boss", "a long first password").json["user"]["role"] == "admin"
    assert boss.get("/v1/users").status == 200
