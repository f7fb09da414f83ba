"""The stack on the local cloud: deployed when its inputs changed, seeded once, used with the API's own settings."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from typing import Any

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.layout import Layout, StartRefused
from infra.names import LOCAL_STAGE, auth_secret_name, function_name, stack_name
from infra.package import ROOT, TEMPLATE, ZIP

MAIL_SENDER = "no-reply@alforis.com"
_SEEDED = "seeded"
_CATCH_UP_SECONDS = 30.0


def bring_up(layout: Layout) -> None:
    """Deploy what changed since the last time, put the demo data in at the first, and see that lists can answer."""
    deploy(layout)
    if not _is_marked(layout, _SEEDED):
        seed(layout)
        _run_module(layout, ["infra.reindex", "--stage", LOCAL_STAGE], {})
        _mark(layout, _SEEDED)
    _wait_until_healthy(layout)


def _wait_until_healthy(layout: Layout) -> None:
    """Give the pipeline behind the table time to catch up; after a while start all the same and say what is wrong."""
    api = json.loads(layout.outputs.read_text())["RestAPIId"]
    url = f"{layout.cloud_url}/restapis/{api}/api/_user_request_/health"
    deadline = time.monotonic() + _CATCH_UP_SECONDS
    while True:
        health = requests.get(url, timeout=30)
        if health.status_code == 200 and health.json()["checks"]["queue"]["detail"]["depth"] == 0:
            return
        if time.monotonic() > deadline:
            print(f"The health check is not content yet: {health.text}", flush=True)
            return
        time.sleep(0.2)


def deploy(layout: Layout) -> bool:
    """Run the deploy script unless this very package is deployed; true when it ran."""
    fingerprint = _fingerprint(layout)
    if layout.outputs.exists() and _is_marked(layout, fingerprint):
        return False
    _client(layout, "sesv2").create_email_identity(EmailIdentity=MAIL_SENDER)
    command = ["infra.deploy", "--stage", LOCAL_STAGE, "--outputs", str(layout.outputs)]
    settings = ["--public-url", layout.origin, "--mail-sender", MAIL_SENDER]
    endpoint = ["--execute-api-base", f"{layout.cloud_url}/_aws/execute-api"]
    _run_module(layout, [*command, *settings, *endpoint], {})
    _mark(layout, fingerprint)
    return True


def seed(layout: Layout) -> None:
    """Run the seed with the settings of the deployed API function."""
    functions = _client(layout, "lambda")
    configuration = functions.get_function_configuration(FunctionName=function_name(LOCAL_STAGE, "api"))
    _run_module(layout, ["infra.seed"], configuration["Environment"]["Variables"])


def origin_secret(layout: Layout) -> str:
    """What the gateway proves itself to the API with, as CloudFront does."""
    secret = _client(layout, "secretsmanager").get_secret_value(SecretId=auth_secret_name(LOCAL_STAGE))
    return str(json.loads(secret["SecretString"])["origin_secret"])


def _run_module(layout: Layout, command: list[str], settings: dict[str, str]) -> None:
    environment = {**os.environ, **settings, **layout.aws_environment()}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StartRefused(f"python -m {command[0]} failed:\n{done.stdout}{done.stderr}")
    print(done.stdout, end="", flush=True)


def _fingerprint(layout: Layout) -> str:
    digest = hashlib.sha256(layout.origin.encode())
    for path in (ZIP, TEMPLATE, ROOT / "infra/deploy.py"):
        digest.update(path.read_bytes())
    return f"deployed/{digest.hexdigest()}"


def _mark(layout: Layout, name: str) -> None:
    """Remember in the cloud itself what was done to it, so that mark and work are saved or lost together."""
    _client(layout, "s3").put_object(Bucket=_artifacts(layout), Key=f"marks/{name}", Body=b"")


def _is_marked(layout: Layout, name: str) -> bool:
    try:
        _client(layout, "s3").head_object(Bucket=_artifacts(layout), Key=f"marks/{name}")
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return False
    return True


def _artifacts(layout: Layout) -> str:
    return f"{stack_name(LOCAL_STAGE)}-artifacts-000000000000-{layout.aws_environment()['AWS_REGION']}"


def _client(layout: Layout, service: str) -> Any:
    environment = layout.aws_environment()
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
        config=Config(read_timeout=900, retries={"total_max_attempts": 1}),
    )
