"""The places where the local cloud is made to behave like AWS are still there, and do what they say."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import apigateway_v1, lambda_svc

from infra.local import ministack_gaps
from infra.local.snapshots import SnapshotStore


@pytest.fixture(autouse=True)
def _ministack_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back afterwards what the functions under test replace."""
    for owner, name in (
        (apigateway_v1, "_import_rest_api"),
        (iam_actions, "extract_resource_arn"),
        (iam_actions, "extract_iam_action"),
        (iam_evaluator, "evaluate"),
        (iam_evaluator, "enforce"),
        (lambda_runtime, "zipfile"),
        (lambda_runtime, "subprocess"),
        (lambda_runtime.Worker, "_read_stderr"),
        (lambda_svc, "_execute_function"),
        (lambda_svc, "CODE_BLOB_DIR"),
        (lambda_svc, "_write_code_blob"),
        (lambda_svc, "_prune_orphan_code_blobs"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))


def test_an_imported_api_keeps_its_gateway_responses() -> None:
    ministack_gaps.import_gateway_responses()
    template = {"application/json": "ours"}
    responses = {"THROTTLED": {"statusCode": "429", "responseTemplates": template}}

    api_id = apigateway_v1._import_rest_api(
        {"info": {"title": "test"}, "paths": {}, "x-amazon-apigateway-gateway-responses": responses}
    )

    assert apigateway_v1._gateway_responses[api_id]["THROTTLED"]["responseTemplates"] == template
    apigateway_v1._delete_rest_api(api_id)


@pytest.mark.parametrize("sender", ["no-reply@example.com", "Alforis CRM <no-reply@example.com>"])
def test_sending_mail_is_authorised_on_the_sender(sender: str) -> None:
    ministack_gaps.authorise_mail_by_sender()
    body = json.dumps({"FromEmailAddress": sender}).encode()

    arn = iam_actions.extract_resource_arn(
        "ses", "POST", "/v2/email/outbound-emails", {}, body, {}, "eu-west-3", "000000000000"
    )

    assert arn == "arn:aws:ses:eu-west-3:000000000000:identity/no-reply@example.com"


def test_sending_many_messages_needs_the_permission_to_send_one() -> None:
    ministack_gaps.authorise_queue_batches_as_single_calls()
    headers = {"x-amz-target": "AmazonSQS.SendMessageBatch"}

    assert iam_actions.extract_iam_action("sqs", "POST", "/", headers, b"{}", {}) == "sqs:SendMessage"


@pytest.mark.parametrize(
    ("source", "body", "fails"),
    [
        ("aws:dynamodb", {"batchItemFailures": [{"itemIdentifier": "7"}]}, True),
        ("aws:dynamodb", '{"batchItemFailures": [{"itemIdentifier": "7"}]}', True),
        ("aws:dynamodb", {"batchItemFailures": []}, False),
        ("aws:dynamodb", None, False),
        ("aws:sqs", {"batchItemFailures": [{"itemIdentifier": "7"}]}, False),
    ],
)
def test_a_stream_batch_with_failed_items_is_delivered_again(
    monkeypatch: pytest.MonkeyPatch, source: str, body: Any, fails: bool
) -> None:
    monkeypatch.setattr(lambda_svc, "_execute_function", lambda *_: {"body": body})
    ministack_gaps.retry_partly_failed_stream_batches()

    result = lambda_svc._execute_function({}, {"Records": [{"eventSource": source}]})

    assert bool(result.get("error")) is fails


def test_the_poller_still_takes_an_error_as_a_reason_to_retry() -> None:
    """The gap is closed by reporting an error: this is where MiniStack looks at it and calls what we replace."""
    names = lambda_svc._poll_dynamodb_streams.__code__.co_names

    assert "_execute_function" in names
    assert "_esm_backoff_until" in names


def test_each_authorisation_is_recorded_with_its_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = iam_evaluator.EvalContext(
        principal_arn="arn:aws:sts::1:assumed-role/ApiRole/api",
        principal_type="AssumedRole",
        principal_account="1",
        action="dynamodb:Scan",
        resource_arn="arn:aws:dynamodb:eu-west-3:1:table/t",
        region="eu-west-3",
    )

    def enforce(outcome: object) -> object:
        iam_evaluator.evaluate(context, [])
        iam_evaluator.evaluate(context, [])
        return outcome

    monkeypatch.setattr(iam_evaluator, "enforce", enforce)
    path = tmp_path / "calls.jsonl"
    ministack_gaps.record_calls(path)

    iam_evaluator.enforce(None)
    iam_evaluator.enforce("denied")

    call = {
        "principal": context.principal_arn,
        "action": context.action,
        "resource": context.resource_arn,
    }
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {**call, "allowed": True},
        {**call, "allowed": False},
    ]


def test_the_enforcement_still_goes_through_what_is_recorded() -> None:
    assert "evaluate" in iam_evaluator.enforce.__code__.co_names


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its pipes stay open
def test_workers_share_the_code_and_not_the_temporary_directory(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    ministack_gaps.give_functions_their_own_sandbox(tmp_path / "sandboxes", logs)
    config = {
        "FunctionName": "probe",
        "FunctionArn": "arn:aws:lambda:eu-west-3:000000000000:function:probe",
        "Runtime": "python3.11",
        "Handler": "probe.handle",
        "Timeout": 10,
    }
    workers = [lambda_runtime.Worker("probe", config, _probe_package()) for _ in range(2)]
    try:
        results = [worker.invoke({}, "request-1")["result"] for worker in workers]
    finally:
        lambda_runtime.kill_workers(workers)

    assert results[0]["code"] == results[1]["code"]
    assert results[0]["tmp"] != results[1]["tmp"]
    assert all(os.path.basename(result["tmp"]) == "tmp" for result in results)
    assert (logs / "probe.log").read_text().count("handled") == 2


def _probe_package() -> bytes:
    source = """
import os, tempfile
def handle(event, context):
    print("handled")
    return {"code": os.path.realpath(os.path.dirname(__file__)), "tmp": tempfile.gettempdir()}
"""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("probe.py", source)
    return content.getvalue()


SNAPSHOT_PROGRAM = """
import sys
from pathlib import Path
from infra.local.snapshots import SnapshotStore
from ministack.services import dynamodb, lambda_svc, ses, sqs

directory, phase = Path(sys.argv[1]), sys.argv[2]
live = directory / "s3"
live.mkdir(exist_ok=True)
lock = (directory / "lock").open("w")
store = SnapshotStore(directory, live, lock.fileno())
stream = ("000000000000", "eu-west-3", "table")
mapping = ("000000000000", "eu-west-3", "mapping")
outbox = ("000000000000", "eu-west-3", "entries")
if phase == "save":
    dynamodb._stream_records._data[stream] = [{"n": n} for n in range(5)]
    dynamodb._stream_trimmed._data[stream] = 10
    lambda_svc._dynamodb_stream_positions._data[mapping] = 13
    ses._sent_emails._data[outbox] = [{"Subject": "Hello"}]
    (live / "object").write_bytes(b"old")
    import os
    import fcntl
    fcntl.flock(lock, fcntl.LOCK_EX)
    child = store.save_in_child()
    lock.close()
    with (directory / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # comes once the child, which shares our lock, has ended
        assert store.current is not None
    status = os.waitpid(child, 0)[1]
    assert status == 0, status
    replacement = live / "object.new"
    replacement.write_bytes(b"new")
    replacement.rename(live / "object")
    assert (store.current / "s3" / "object").read_bytes() == b"old"
else:
    store.load()
    assert dynamodb._stream_records._data[stream] == [{"n": 3}, {"n": 4}], dynamodb._stream_records._data
    assert dynamodb._stream_trimmed._data[stream] == 13
    assert lambda_svc._dynamodb_stream_positions._data[mapping] == 13
    assert ses._sent_emails._data[outbox] == [{"Subject": "Hello"}]
"""


def test_a_snapshot_keeps_what_is_not_relayed_yet_the_mail_and_the_files_of_its_instant(tmp_path: Path) -> None:
    for phase in ("save", "load"):
        done = subprocess.run(
            [sys.executable, "-c", SNAPSHOT_PROGRAM, str(tmp_path), phase],
            env={**os.environ, "PERSIST_STATE": "1", "STATE_DIR": str(tmp_path / "unused"), "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_an_unfinished_snapshot_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "123.part").mkdir(parents=True)

    with (tmp_path / "lock").open("w") as lock:
        assert SnapshotStore(tmp_path, tmp_path / "s3", lock.fileno()).current is None
