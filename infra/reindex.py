"""Have the maintenance function rebuild the search index: `python -m infra.reindex --stage <name> | --local`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import boto3
from botocore.config import Config

from infra.names import function_name
from infra.target import add_target_options, chosen_stage


class ReindexFailed(Exception):
    """The maintenance function raised; the message is what it said."""


def reindex(stage: str) -> dict[str, Any]:
    """Wait for the rebuild and answer what it did; the old index serves until the new one is complete."""
    functions = boto3.client("lambda", config=Config(read_timeout=900, retries={"total_max_attempts": 1}))
    answer = functions.invoke(FunctionName=function_name(stage, "maintenance"), Payload=json.dumps({"task": "reindex"}))
    payload = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise ReindexFailed(json.dumps(payload))
    done: dict[str, Any] = payload
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_target_options(parser)
    try:
        print(f"{reindex(chosen_stage(parser.parse_args()))['records']} records are in the new index")
    except ReindexFailed as failure:
        sys.exit(f"The rebuild failed: {failure}")


if __name__ == "__main__":
    main()
