"""The nightly round and the rebuild by hand: lists are the same afterwards, and writes made meanwhile are in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from infra.names import LOCAL_STAGE, function_name
from infra.package import ROOT
from tests.e2e.caller import Caller
from tests.support.local_cloud import LocalCloud, wait_until

pytestmark = pytest.mark.e2e


def all_ids(caller: Caller) -> set[str]:
    found: set[str] = set()
    query: dict[str, Any] = {"limit": 200}
    while True:
        page = caller.get("/v1/organisations", query).json()
        found |= {row["id"] for row in page["items"]}
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_rebuild_beside_live_writes_loses_none(cloud: LocalCloud, admin: Caller, sales: Caller) -> None:
    before = all_ids(admin)
    made: list[str] = []
    rebuilt = threading.Event()

    def write() -> None:
        while not rebuilt.is_set():
            made.append(sales.create("/v1/organisations", name=f"Pendant {len(made)}")["id"])

    writer = threading.Thread(target=write)
    writer.start()
    environment = {**os.environ, "PORT": str(cloud.layout.port), "DATA_DIR": str(cloud.layout.data_dir)}
    command = [sys.executable, "-m", "infra.reindex", "--local"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    rebuilt.set()
    writer.join()

    assert done.returncode == 0, done.stderr
    assert made
    wait_until(lambda: all_ids(admin) == before | set(made), 90, "the index with all old and new records")


def test_nightly_round_leaves_the_lists_as_they_are(cloud: LocalCloud, admin: Caller) -> None:
    before = all_ids(admin)

    answer = cloud.client("lambda").invoke(
        FunctionName=function_name(LOCAL_STAGE, "maintenance"), Payload=json.dumps({"task": "nightly"})
    )

    assert "FunctionError" not in answer, answer["Payload"].read()
    wait_until(lambda: all_ids(admin) == before, 30, "the same lists")
