"""What MiniStack 1.5.33 does differently from AWS, put right from outside where our promises depend on it.

Each function changes one behaviour of the process it runs in. They lean on MiniStack's internals, which is why the
version is pinned; `tests/infra/test_ministack_gaps.py` notices when one of them is no longer where it was.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import zipfile
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import apigateway_v1, lambda_svc


def import_gateway_responses() -> None:
    """Take `x-amazon-apigateway-gateway-responses` from an imported API; MiniStack skips it."""
    original = apigateway_v1._import_rest_api

    def import_rest_api(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
        api_id: str = original(spec, base_data)
        responses = spec.get("x-amazon-apigateway-gateway-responses") or {}
        for response_type, response in responses.items():
            apigateway_v1._put_gateway_response(api_id, response_type, response)
        return api_id

    apigateway_v1._import_rest_api = import_rest_api


def authorise_mail_by_sender() -> None:
    """Authorise SES SendEmail on the address it sends from, which is our verified identity; MiniStack checks `*`."""
    original = iam_actions.extract_resource_arn

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        region: str,
        account_id: str,
    ) -> str:
        if service == "ses" and method == "POST" and path.endswith("/outbound-emails"):
            sender = _address(json.loads(body or b"{}").get("FromEmailAddress", ""))
            return f"arn:aws:ses:{region}:{account_id}:identity/{sender}"
        arn: str = original(service, method, path, headers, body, query_params, region, account_id)
        return arn

    iam_actions.extract_resource_arn = extract_resource_arn


def authorise_queue_batches_as_single_calls() -> None:
    """Authorise `SendMessageBatch` as `sqs:SendMessage`: IAM knows no batch actions, MiniStack does."""
    original = iam_actions.extract_iam_action

    def extract_iam_action(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
    ) -> str | None:
        action: str | None = original(service, method, path, headers, body, query_params)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    iam_actions.extract_iam_action = extract_iam_action


def _address(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip(">").strip()


def retry_partly_failed_stream_batches() -> None:
    """Treat a stream batch with reported item failures as failed; MiniStack drops those items.

    AWS goes back to the first failed record; the whole batch is the nearest thing here, and consumers are idempotent.
    """
    original = lambda_svc._execute_function

    def execute_function(func: dict[str, Any], event: Any) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event)
        if failures := _is_stream_batch(event) and _item_failures(result.get("body")):
            failure = {"errorType": "PartialBatchFailure", "errorMessage": json.dumps(failures)}
            return {**result, "error": True, "body": failure}
        return result

    lambda_svc._execute_function = execute_function


def hold_functions_until(serving: threading.Event) -> None:
    """Let no event source start a function before this process serves; what waits in a restored queue would fail."""
    original = lambda_svc._execute_function

    def execute_function(func: dict[str, Any], event: Any) -> dict[str, Any]:
        serving.wait(_LONGEST_START)
        result: dict[str, Any] = original(func, event)
        return result

    lambda_svc._execute_function = execute_function


_LONGEST_START = 30.0
"""Seconds after which a call goes ahead come what may."""


def _is_stream_batch(event: Any) -> bool:
    records = event.get("Records") if isinstance(event, dict) else None
    return isinstance(records, list) and bool(records) and records[0].get("eventSource") == "aws:dynamodb"


def _item_failures(body: Any) -> list[Any]:
    answer = json.loads(body) if isinstance(body, str) and body else body
    return answer.get("batchItemFailures") or [] if isinstance(answer, dict) else []


def record_calls(path: Path) -> None:
    """Append who asked for which action on what, and whether MiniStack let it, for each call of a role or user."""
    evaluate, enforce = iam_evaluator.evaluate, iam_evaluator.enforce
    evaluated: ContextVar[Any] = ContextVar("evaluated", default=None)
    writing = threading.Lock()

    def remember_context(ctx: Any, policies: Any, *limits: Any) -> Any:
        if evaluated.get() is None:
            evaluated.set(ctx)
        return evaluate(ctx, policies, *limits)

    def enforce_and_record(*arguments: Any, **options: Any) -> Any:
        evaluated.set(None)
        denied = enforce(*arguments, **options)
        if (ctx := evaluated.get()) is not None:
            call = {"principal": ctx.principal_arn, "action": ctx.action, "resource": ctx.resource_arn}
            with writing, path.open("a") as out:
                out.write(json.dumps({**call, "allowed": denied is None}) + "\n")
        return denied

    iam_evaluator.evaluate = remember_context
    iam_evaluator.enforce = enforce_and_record


def give_functions_their_own_sandbox(sandboxes: Path, logs: Path) -> None:
    """One unpacked copy of the code for all workers, a private /tmp for each, and their output in log files.

    MiniStack unpacks the package anew for each worker and lets all of them share the machine's temporary directory,
    where two of them would write the same files; on AWS each execution environment has its own.
    """
    code_copies = sandboxes / "code"
    code_copies.mkdir(parents=True, exist_ok=True)

    class SharedCode(zipfile.ZipFile):
        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            shared = code_copies / f"{_content_key(self)}"
            with _unpacking:
                if not shared.exists():
                    unfinished = shared.with_suffix(".part")
                    shutil.rmtree(unfinished, ignore_errors=True)
                    super().extractall(unfinished, members, pwd)
                    unfinished.rename(shared)
            os.rmdir(path)
            os.symlink(shared, path)

    class Sandboxed(subprocess.Popen[str]):
        def __init__(self, command: list[str], *, env: dict[str, str], **options: Any) -> None:
            private = Path(command[1]).parent / "tmp"
            private.mkdir()
            super().__init__(command, env={**env, "TMPDIR": str(private)}, **options)

    class _Zipfile:
        ZipFile = SharedCode
        BadZipFile = zipfile.BadZipFile
        LargeFileError = zipfile.LargeZipFile

    class _Subprocess:
        Popen = Sandboxed
        PIPE = subprocess.PIPE
        STDOUT = subprocess.STDOUT
        DEVNULL = subprocess.DEVNULL
        TimeoutExpired = subprocess.TimeoutExpired

    lambda_runtime.zipfile = _Zipfile
    lambda_runtime.subprocess = _Subprocess
    lambda_runtime.Worker._read_stderr = _logging_reader(logs)


_unpacking = threading.Lock()


def _content_key(archive: zipfile.ZipFile) -> str:
    entries = "".join(f"{i.filename} {i.CRC}" for i in archive.infolist())
    return f"{zipfile.crc32(entries.encode()):08x}-{len(archive.infolist())}"  # type: ignore[attr-defined]


def _logging_reader(logs: Path) -> Any:
    def read_stderr(worker: Any) -> None:
        """Drain a worker's error stream into MiniStack's queue, as before, and into the function's log file."""
        process, lines = worker._proc, worker._stderr_queue
        with (logs / f"{worker.func_name}.log").open("a", buffering=1) as out:
            for line in process.stderr:
                lines.put(line.rstrip("\n"))
                out.write(line)

    return read_stderr
