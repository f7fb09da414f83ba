"""What things are called, by stage."""

from __future__ import annotations

LOCAL_STAGE = "local"


def stack_name(stage: str) -> str:
    return f"alforis-crm-{stage}"


def auth_secret_name(stage: str) -> str:
    return f"{stack_name(stage)}/auth"


def function_name(stage: str, function: str) -> str:
    """`function` is api, relay, indexer, mailer, notifier, recorder, realtime or maintenance."""
    return f"{stack_name(stage)}-{function}"
