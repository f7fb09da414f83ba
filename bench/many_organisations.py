"""Fill a running local cloud with organisations, past the API: `python -m bench.many_organisations <count>`.

The records are written as the API's repository writes them, in batches; the relay is off meanwhile, since following
each write would take hours on one machine, and stays off. The index is then rebuilt from the table, as after a restore.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import islice

import boto3
from ulid import ULID

from bench.search_records import documents
from infra.names import LOCAL_STAGE, function_name
from infra.package import ROOT
from tests.support.local_cloud import LocalCloud


def fill(cloud: LocalCloud, count: int) -> None:
    """Bring `count` organisations into the cloud's table and its index."""
    environment = {**os.environ, **cloud.layout.aws_environment(), **cloud.api_settings()}
    for command in (["bench.many_organisations", str(count)], ["infra.reindex", "--stage", LOCAL_STAGE]):
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, check=True)


def _pause_relay() -> None:
    functions = boto3.client("lambda")
    name = function_name(LOCAL_STAGE, "relay")
    for mapping in functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _write(count: int) -> None:
    from chalicelib import wiring
    from chalicelib.domain.organisations import Organisation
    from chalicelib.domain.records import Cause
    from chalicelib.repositories.items import Item
    from chalicelib.repositories.records import record_item

    wiring.records()  # binds the models to the table
    rows = (document.row or {} for document in documents(4 * count) if document.kind == Organisation.kind)
    with Item.batch_write() as batch:
        for row in islice(rows, count):
            own = {"deleted_at": None, "deleted_by": None, "change_id": str(ULID()), "cause": Cause(type="seed")}
            batch.save(record_item(Organisation.model_validate({**row, **own}, extra="ignore")))


if __name__ == "__main__":
    _pause_relay()
    _write(int(sys.argv[1]))
