"""Change the key that signs access tokens: `python -m infra.rotate_keys --stage <name> | --local`, twice.

Functions keep the secret for some minutes, so a key must be known to all of them before the first token is signed with
it. The first run adds a key; a second one, ten minutes later or more, signs with it and forgets all but the one before,
which tokens still alive were signed with.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from infra.deploy import random_key
from infra.names import auth_secret_name
from infra.target import add_target_options, chosen_stage

SPREAD = timedelta(minutes=10)
"""Longer than any function keeps the secret, and than any access token lives."""


class TooEarly(Exception):
    """The last change has not reached every function yet."""


def rotate(stage: str, now: datetime) -> str:
    """Do the next step; answers what it was. Raises `TooEarly`."""
    manager = boto3.client("secretsmanager")
    name = auth_secret_name(stage)
    changed_at: datetime = manager.describe_secret(SecretId=name)["LastChangedDate"]
    secret = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
    if now - changed_at < SPREAD:
        raise TooEarly(f"The keys changed at {changed_at:%H:%M:%S}; wait until {changed_at + SPREAD:%H:%M:%S %Z}.")
    secret, step = next_step(secret)
    manager.put_secret_value(SecretId=name, SecretString=json.dumps(secret))
    return step


def next_step(secret: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The secret after the next step and what the step was. Key ids are `k` and a number that only grows."""
    newest = max(secret["keys"], key=_number)
    if newest == secret["current"]:
        added = f"k{_number(newest) + 1}"
        return {
            **secret,
            "keys": {**secret["keys"], added: random_key()},
        }, f"added {added}, to be used by a run in ten minutes"
    kept = {kid: secret["keys"][kid] for kid in (secret["current"], newest)}
    return {**secret, "current": newest, "keys": kept}, f"signing with {newest}"


def _number(kid: str) -> int:
    return int(kid.removeprefix("k"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    try:
        print(rotate(chosen_stage(parser.parse_args()), datetime.now(UTC)))
    except TooEarly as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
