"""Starts the local cloud, keeps it running and ends it: the process behind `make run`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from typing import TextIO
from urllib.error import URLError
from urllib.request import Request, urlopen

from aiohttp import web

from infra.local import stack
from infra.local.cloud import SNAPSHOT_PATH
from infra.local.front_end import build_front_end
from infra.local.gateway import Gateway
from infra.local.layout import Layout, StartRefused, port_is_free
from infra.package import package

_START_TIMEOUT = 60.0
_STOP_TIMEOUT = 60.0
_MOST_RESTARTS = 5
"""Restarts of the cloud within a minute after which something is wrong that another one will not mend."""


def run(layout: Layout) -> None:
    """Run until interrupted; raises `StartRefused` with one sentence when that is not possible."""
    layout.data_dir.mkdir(parents=True, exist_ok=True)
    layout.logs.mkdir(exist_ok=True)
    with _sole_runner(layout):
        if not port_is_free(layout.port):
            raise StartRefused(
                f"Port {layout.port} is taken by another program: stop it, or choose one with `make run PORT=…`."
            )
        layout.choose_cloud_port()
        asyncio.run(_Supervisor(layout).run())


def stop(layout: Layout) -> bool:
    """Stop the running local cloud and wait for it; false when none runs."""
    pid = running_process(layout)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT
    while running_process(layout) is not None:
        if time.monotonic() > deadline:
            raise StartRefused(f"Process {pid} does not stop; look at {layout.logs}.")
        time.sleep(0.1)
    return True


def running_process(layout: Layout) -> int | None:
    """The id of the process that runs this cloud, if one does."""
    if not layout.lock.exists():
        return None
    with layout.lock.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read() or 0) or None
    return None


@contextlib.contextmanager
def _sole_runner(layout: Layout):  # type: ignore[no-untyped-def]
    with layout.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StartRefused(
                f"Alforis CRM is already running from {layout.data_dir} (process {lock.read()}); `make stop` ends it."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


class _Supervisor:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._gateway = Gateway(layout)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        runner = web.AppRunner(self._gateway.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._layout.port).start()
        with (self._layout.logs / "cloud.log").open("a") as log:
            work = asyncio.create_task(self._start_and_watch(log))
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                print("\nStopping; the data is being saved.", flush=True)
            work.cancel()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    await work
            finally:
                await runner.cleanup()

    async def _start_and_watch(self, log: TextIO) -> None:
        started = time.monotonic()
        await asyncio.gather(asyncio.to_thread(_package), asyncio.to_thread(build_front_end))
        cloud = await self._start_cloud(log)
        try:
            await asyncio.to_thread(stack.bring_up, self._layout)
            await asyncio.to_thread(_post, f"{self._layout.cloud_url}{SNAPSHOT_PATH}")
            self._gateway.open(await asyncio.to_thread(stack.origin_secret, self._layout))
            await self._until_healthy()
            print(_ready(self._layout, time.monotonic() - started), flush=True)
            cloud = await self._keep_alive(cloud, log)
        finally:
            await _end(cloud)

    async def _until_healthy(self) -> None:
        """The index is built from the first writes; until then lists have nothing to answer with."""
        deadline = time.monotonic() + _START_TIMEOUT
        while not await asyncio.to_thread(_answers, f"{self._layout.origin}/api/health"):
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"The API does not get healthy; the functions' log is {self._layout.logs / 'cloud.log'}."
                )
            await asyncio.sleep(0.2)

    async def _keep_alive(self, cloud: Process, log: TextIO) -> Process:
        restarts: list[float] = []
        while True:
            code = await cloud.wait()
            self._gateway.close()
            now = time.monotonic()
            restarts = [moment for moment in restarts if now - moment < 60] + [now]
            if len(restarts) > _MOST_RESTARTS:
                raise StartRefused(f"The local cloud keeps failing; its log is {self._layout.logs / 'cloud.log'}.")
            print(f"The local cloud ended ({_how(code)}); it starts again from its last snapshot.", flush=True)
            cloud = await self._start_cloud(log)
            self._gateway.open(await asyncio.to_thread(stack.origin_secret, self._layout))
            print("The local cloud is back.", flush=True)

    async def _start_cloud(self, log: TextIO) -> Process:
        """Start MiniStack and wait until it answers; one left by a killed supervisor ends first, so wait for it."""
        deadline = time.monotonic() + _START_TIMEOUT
        while not port_is_free(self._layout.cloud_port):
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"Port {self._layout.cloud_port}, which this data directory's cloud uses, is taken "
                    "by another program: stop it."
                )
            await asyncio.sleep(0.2)
        cloud = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "infra.local.cloud",
            env=_bare_environment(self._layout),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        while not await asyncio.to_thread(_answers, f"{self._layout.cloud_url}/_ministack/health"):
            if cloud.returncode is not None or time.monotonic() > deadline:
                await _end(cloud)
                raise StartRefused(f"The local cloud does not start; its log is {self._layout.logs / 'cloud.log'}.")
            await asyncio.sleep(0.1)
        return cloud


def _package() -> None:
    """A `SystemExit` would tear the event loop down with a traceback."""
    try:
        package()
    except SystemExit as refusal:
        raise StartRefused(str(refusal)) from None


async def _end(cloud: Process) -> None:
    if cloud.returncode is None:
        cloud.terminate()
        await cloud.wait()


def _bare_environment(layout: Layout) -> dict[str, str]:
    """What the functions' workers inherit: nothing of the developer's own credentials and settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PORT": str(layout.port),
        "DATA_DIR": str(layout.data_dir),
        "RECORD_AWS_CALLS": "1" if layout.records_calls else "0",
        "PYTHONUNBUFFERED": "1",
    }


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _post(url: str) -> None:
    with urlopen(Request(url, method="POST"), timeout=120):  # noqa: S310 - our own loopback address
        pass


def _how(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _ready(layout: Layout, seconds: float) -> str:
    api = json.loads(layout.outputs.read_text())
    return f"""
Alforis CRM is ready (after {seconds:.0f} s)

  Application  {layout.origin}
  API          {layout.origin}/api/v1   health {layout.origin}/api/health   docs {layout.origin}/api/docs
  Mailbox      {layout.origin}/mailbox
  Logins       admin@alforis.com / admin123    user@alforis.com / user123
  Table        {api["TableName"]} at {layout.cloud_url}
  Data, logs   {layout.data_dir}

Ctrl-C stops it and keeps the data. `make redeploy` takes over changed code, `make watch` does so at each change.
"""
