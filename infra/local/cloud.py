"""The process that is the local cloud: MiniStack with its gaps closed, saving snapshots of itself.

`python -m infra.local.cloud` is started by the supervisor and ends with it. Everything is set up before MiniStack's
application module is imported, because that is when it reads its environment.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from infra.local.layout import REGION, Layout, layout_from_environment

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

SNAPSHOT_PATH = "/_local/snapshot"
"""POST here answers when a snapshot that holds all earlier writes is on disk."""

_READS = ("Get", "BatchGet", "Query", "Scan", "Describe", "List", "Receive")


def main() -> None:
    layout = layout_from_environment()
    layout.cloud.mkdir(parents=True, exist_ok=True)
    lock = layout.cloud_lock.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    live_s3, sandboxes = layout.cloud / "s3", layout.cloud / "sandboxes"
    _remove_left_sandboxes(sandboxes)
    _configure_ministack(layout, live_s3, sandboxes)
    snapshot = layout.cloud / "snapshots" / "current"
    _link_files(snapshot, live_s3)
    asyncio.run(_serve(layout, live_s3, sandboxes, lock.fileno()))


def _remove_left_sandboxes(sandboxes: Path) -> None:
    """Empty the directory but for the newest unpacked code, which the next workers most likely need."""
    sandboxes.mkdir(exist_ok=True)
    copies = sorted((sandboxes / "code").glob("*"), key=lambda copy: copy.stat().st_mtime_ns)
    for left in [*(entry for entry in sandboxes.iterdir() if entry.name != "code"), *copies[:-1]]:
        shutil.rmtree(left, ignore_errors=True)


def _configure_ministack(layout: Layout, live_s3: Path, sandboxes: Path) -> None:
    os.environ.update(
        {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(layout.cloud_port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(layout.cloud / "unused"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(live_s3),
            "TMPDIR": str(sandboxes),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def _link_files(snapshot: Path, live_s3: Path) -> None:
    """Make the live S3 directory what the snapshot holds; MiniStack reads it when its S3 module is imported."""
    shutil.rmtree(live_s3, ignore_errors=True)
    live_s3.mkdir(parents=True)
    if (snapshot / "s3").exists():
        shutil.copytree(snapshot / "s3", live_s3, copy_function=os.link, dirs_exist_ok=True)


async def _serve(layout: Layout, live_s3: Path, sandboxes: Path, lock: int) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app

    from infra.local import ministack_gaps
    from infra.local.snapshots import SnapshotSchedule, SnapshotStore

    ministack_gaps.import_gateway_responses()
    ministack_gaps.authorise_mail_by_sender()
    ministack_gaps.authorise_queue_batches_as_single_calls()
    ministack_gaps.retry_partly_failed_stream_batches()
    serving = threading.Event()
    ministack_gaps.hold_functions_until(serving)
    ministack_gaps.give_functions_their_own_sandbox(sandboxes, layout.logs)
    if layout.records_calls:
        ministack_gaps.record_calls(layout.calls)

    store = SnapshotStore(layout.cloud, live_s3, lock)
    app.PERSIST_STATE = False  # our snapshots take the place of MiniStack's own saving and loading
    store.load()
    schedule = SnapshotSchedule(store)

    config = Config()
    config.bind = [f"127.0.0.1:{layout.cloud_port}"]
    config.keep_alive_timeout = 75
    config.accesslog = None
    config.graceful_timeout = 1.0
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    duties = (schedule.run(), _stop_with_parent(stop), _tell_when_serving(layout.cloud_port, serving))
    background = [loop.create_task(duty) for duty in duties]
    application: Any = _observed(app.app, schedule)
    await serve(application, config, shutdown_trigger=stop.wait)
    for task in background:
        task.cancel()
    store.save()
    sys.stdout.flush()
    os._exit(0)  # MiniStack's pollers and workers hold nothing more to wait for


async def _tell_when_serving(port: int, serving: threading.Event) -> None:
    while not serving.is_set():
        try:
            _, connection = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            connection.close()
            serving.set()


async def _stop_with_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    stop.set()


def _observed(application: Application, schedule: Any) -> Application:
    """The application, telling the schedule what may have changed state and answering SNAPSHOT_PATH."""

    async def observed(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == SNAPSHOT_PATH:
            await schedule.save_now()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await application(scope, receive, send)
        if scope["type"] != "lifespan" and _may_change_state(scope):
            schedule.note_change()

    return observed


def _may_change_state(scope: Message) -> bool:
    if scope["type"] != "http":
        return True
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    target = next((value for name, value in scope["headers"] if name.lower() == b"x-amz-target"), b"")
    return not target.decode("latin-1").rpartition(".")[2].startswith(_READS)


if __name__ == "__main__":
    main()
