"""Snapshots of MiniStack's state that survive `kill -9`.

MiniStack itself saves only on a clean stop, one file per service and without what waits in the table's stream. Here a
forked child, which owns a frozen copy of the whole process, writes everything of one instant into a new directory and
then makes it the current one by renaming a link; whatever happens, the current snapshot is complete. The state and the
S3 files belong together: a search index from after the table's last saved write would show records that never were.

    snapshots/<n>/*.json    one file per service, in MiniStack's own format
    snapshots/<n>/s3/       hard links to the S3 objects (MiniStack replaces files, it never changes them in place)
    snapshots/current       link to the newest complete one
    blobs/                  function code by its hash, shared by all snapshots
"""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import cloudformation, cloudwatch_logs, dynamodb, lambda_svc, ses, sqs

SHORTEST_INTERVAL = 2.0
"""Seconds between the end of a snapshot and the next look for changes."""

LARGEST_SHARE = 0.2
"""The longest part of the time that may go into snapshots: one that takes 3 s is followed by 12 s of rest."""

_LONGEST_SAVE = 300.0

_WAITING = "waiting_work"
"""Our own state file beside MiniStack's: stream records not yet relayed, and the sent mail."""


class SnapshotStore:
    """The snapshots of one local cloud. `lock` is the open file that says a process of this cloud still works."""

    def __init__(self, directory: Path, live_s3: Path, lock: int) -> None:
        self._lock = lock
        self._directory = directory / "snapshots"
        self._blobs = directory / "blobs"
        self._live_s3 = live_s3
        self._directory.mkdir(parents=True, exist_ok=True)
        lambda_svc.CODE_BLOB_DIR = str(self._blobs)
        self._write_blob: Callable[[bytes], str] = lambda_svc._write_code_blob
        self._known_blobs: dict[int, tuple[bytes, str]] = {}
        lambda_svc._write_code_blob = self._write_blob_once
        lambda_svc._prune_orphan_code_blobs = _keep_blobs

    @property
    def current(self) -> Path | None:
        link = self._directory / "current"
        return link.resolve() if link.exists() else None

    def load(self) -> None:
        """Put the current snapshot into MiniStack's services; call it before anything is served."""
        if self.current is None:
            return
        persistence.STATE_DIR = str(self.current)
        _restore_waiting_work(persistence.load_state(_WAITING) or {})
        app._load_persisted_state()
        _hand_out_abandoned_messages()
        self._remember_blobs()
        used = {f"{sha}.zip" for _, sha in self._known_blobs.values()}
        for blob in self._blobs.glob("*.zip"):
            if blob.name not in used:
                blob.unlink()

    def save(self) -> None:
        """Write a snapshot in this process, which must be at rest; in the middle of a deployment the last one stays."""
        if not is_deploying():
            self._publish(self._write())

    def save_in_child(self) -> int:
        """Fork a child that writes a snapshot of this instant; answers its process id."""
        self._remember_blobs()
        with _services_at_rest():
            unfinished = self._new_directory()
            _link_tree(self._live_s3, unfinished / "s3")
            gc.freeze()
            child = os.fork()
            gc.unfreeze()
            if child:
                return child
        self._save_as_child(unfinished)
        raise AssertionError("the child ends in _save_as_child")

    def _save_as_child(self, unfinished: Path) -> None:
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            # The listening socket must not outlive the parent in us, but its lock must: the next process waits for
            # it, lest it take the files of one snapshot and the state of the one we are about to publish.
            os.closerange(3, self._lock)
            os.closerange(self._lock + 1, 4096)
            gc.disable()
            copy.deepcopy = _itself  # type: ignore[assignment]  # the child is the copy
            self._write_state(unfinished)
            self._publish(unfinished)
            code = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)

    def _write(self) -> Path:
        unfinished = self._new_directory()
        _link_tree(self._live_s3, unfinished / "s3")
        self._write_state(unfinished)
        return unfinished

    def _new_directory(self) -> Path:
        unfinished = self._directory / f"{time.time_ns()}.part"
        unfinished.mkdir()
        return unfinished

    def _write_state(self, directory: Path) -> None:
        _forget_log_events()
        for service, get_state in {**app._build_persistence_save_dict(), _WAITING: _waiting_work}.items():
            if (state := get_state()) is not None:
                _write_json(directory / f"{service}.json", service, state)

    def _publish(self, unfinished: Path) -> None:
        complete = unfinished.with_suffix("")
        unfinished.rename(complete)
        link = self._directory / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(complete.name)
        link.rename(self._directory / "current")
        for old in self._directory.iterdir():
            if old.is_dir() and not old.is_symlink() and old != complete:
                shutil.rmtree(old, ignore_errors=True)

    def _remember_blobs(self) -> None:
        """Write the code of new functions while still in the parent, so that no child has to hash it again."""
        codes = [function.get("code_zip") for function in lambda_svc._functions._data.values()]
        self._known_blobs = {id(code): (code, self._write_blob_once(code)) for code in codes if isinstance(code, bytes)}

    def _write_blob_once(self, code: bytes) -> str:
        known = self._known_blobs.get(id(code))
        return known[1] if known else self._write_blob(code)


def is_deploying() -> bool:
    """True while a stack is being changed: the worker that changes it would not survive a restart, the rest would."""
    states = {stack.get("StackStatus", "") for stack in cloudformation._stacks._data.values()}
    return any(state.endswith("_IN_PROGRESS") for state in states - {"REVIEW_IN_PROGRESS"})


def _keep_blobs(_referenced: set[str]) -> None:
    """Older snapshots may still need the code that no function has any more; `SnapshotStore.load` cleans up."""


def _itself(value: Any, _memo: Any = None) -> Any:
    return value


class SnapshotSchedule:
    """Saves soon after changes, and rests long enough to leave the machine to the work itself."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._changes_seen = 0
        self._saving = asyncio.Lock()

    def note_change(self) -> None:
        self._changes_seen += 1

    async def save_now(self) -> None:
        """Return once a snapshot taken after this call is the current one."""
        await self._save()

    async def run(self) -> None:
        """Save for ever. A change is followed by two snapshots, the second for what its consumers did."""
        saved_changes, follow_up = 0, False
        while True:
            changed = self._changes_seen != saved_changes
            rest = SHORTEST_INTERVAL
            if (changed or follow_up) and not is_deploying():
                saved_changes, follow_up = self._changes_seen, changed
                started = time.monotonic()
                await self._save()
                took = time.monotonic() - started
                rest = max(SHORTEST_INTERVAL, took * (1 / LARGEST_SHARE - 1))
            await asyncio.sleep(rest)

    async def _save(self) -> None:
        async with self._saving:
            saved = await _ends_well(self._store.save_in_child())
        if not saved:
            print("A snapshot of the local cloud failed; the one before it stays current.", file=sys.stderr, flush=True)


async def _ends_well(child: int) -> bool:
    """Wait for the child; one that takes too long is stuck and is killed."""
    deadline = time.monotonic() + _LONGEST_SAVE
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        await asyncio.sleep(0.02)


@contextmanager
def _services_at_rest() -> Iterator[None]:
    """Hold the locks background threads change state under, so that a fork cuts no change in half."""
    with ExitStack() as held:
        for lock in (
            lambda_svc._dynamodb_stream_positions_lock,
            dynamodb._lock,
            dynamodb._stream_seq_lock,
            sqs._queues_lock,
            cloudwatch_logs._log_events_lock,
        ):
            held.enter_context(lock)
        yield


def _write_json(path: Path, service: str, state: Any) -> None:
    """MiniStack's own file format; its own function for it logs a failure and goes on, which would lose the rest."""
    wrapped = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
    with path.open("w") as out:
        json.dump(wrapped, out, default=persistence._json_default)


def _link_tree(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copytree(source, target, copy_function=os.link, ignore=shutil.ignore_patterns("*.tmp"))


def _waiting_work() -> dict[str, Any]:
    """The stream records some event source has still to see, at their absolute positions, and the sent mail."""
    furthest_read = min((p for p in lambda_svc._dynamodb_stream_positions._data.values()), default=0)
    records, trimmed = {}, {}
    for key, waiting in dynamodb._stream_records._data.items():
        start = dynamodb._stream_trimmed._data.get(key, 0)
        read = max(0, furthest_read - start)
        records["\0".join(key)] = waiting[read:]
        trimmed["\0".join(key)] = start + min(read, len(waiting))
    mail = {"\0".join(key): entries for key, entries in ses._sent_emails._data.items()}
    return {"records": records, "trimmed": trimmed, "sequence": dynamodb._stream_seq_counter, "mail": mail}


def _restore_waiting_work(saved: dict[str, Any]) -> None:
    for target, name in (
        (dynamodb._stream_records, "records"),
        (dynamodb._stream_trimmed, "trimmed"),
        (ses._sent_emails, "mail"),
    ):
        target._data.update({tuple(key.split("\0")): value for key, value in saved.get(name, {}).items()})
    dynamodb._stream_seq_counter = saved.get("sequence", 0)


def _hand_out_abandoned_messages() -> None:
    """Make messages visible again whose consumers died with the process; nobody else will finish them."""
    now = time.time()
    for queue in sqs._queues._data.values():
        for message in queue["messages"]:
            if message.get("receipt_handle"):
                message["visible_at"] = min(message["visible_at"], now)


def _forget_log_events() -> None:
    """Function output is in the log files; keeping it in each snapshot would make them grow without end."""
    for group in cloudwatch_logs._log_groups._data.values():
        for stream in group.get("streams", {}).values():
            stream["events"] = []
