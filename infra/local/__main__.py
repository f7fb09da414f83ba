"""`python -m infra.local run|stop|reset|redeploy|watch|seed`: what the Makefile calls."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from infra import frontend
from infra.local import stack, supervisor
from infra.local.front_end import build_front_end
from infra.local.layout import Layout, StartRefused, layout_from_environment
from infra.package import ROOT, package


def main() -> None:
    commands: dict[str, Callable[[Layout], None]] = {
        "run": supervisor.run,
        "stop": _stop,
        "reset": _reset,
        "redeploy": _redeploy,
        "watch": _watch,
        "seed": _seed,
    }
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=commands)
    try:
        commands[parser.parse_args().command](layout_from_environment())
    except StartRefused as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)


def _stop(layout: Layout) -> None:
    print("Stopped." if supervisor.stop(layout) else f"Nothing runs from {layout.data_dir}.")


def _reset(layout: Layout) -> None:
    """Stop and delete the data, but only of a directory that is a local cloud's."""
    supervisor.stop(layout)
    if not layout.data_dir.exists():
        print(f"There is no {layout.data_dir}.")
        return
    if not layout.lock.exists():
        raise StartRefused(f"{layout.data_dir} is no data directory of ours; nothing was deleted.")
    shutil.rmtree(layout.data_dir)
    print(f"Deleted {layout.data_dir}.")


def _redeploy(layout: Layout) -> None:
    _require_running(layout)
    started = time.monotonic()
    rebuilt = build_front_end()
    if rebuilt:
        print(f"Built the front end in {time.monotonic() - started:.1f} s: reload the page.", flush=True)
    package()
    changed = stack.deploy(layout)
    if changed:
        print(f"Deployed in {time.monotonic() - started:.1f} s.", flush=True)
    elif not rebuilt:
        print("Nothing changed.", flush=True)


def _watch(layout: Layout) -> None:
    """Redeploy at each change of what is packaged; a failing build is shown and the next change tried."""
    _require_running(layout)
    print("Watching app.py, chalicelib, infra/template and the front end; Ctrl-C ends it.", flush=True)
    seen = _newest_change()
    while True:
        time.sleep(0.5)
        newest = _newest_change()
        if newest != seen:
            seen = newest
            try:
                _redeploy(layout)
            except (StartRefused, SystemExit) as failure:
                print(failure, file=sys.stderr, flush=True)


def _newest_change() -> int:
    packaged = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*"), *(ROOT / "infra/template").rglob("*")]
    watched = [*packaged, *frontend.source_files()]
    return max((_modified(path) for path in watched if "__pycache__" not in path.parts), default=0)


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # an editor just replaced it
        return 0


def _seed(layout: Layout) -> None:
    _require_running(layout)
    stack.seed(layout)


def _require_running(layout: Layout) -> None:
    if supervisor.running_process(layout) is None:
        raise StartRefused(f"Nothing runs from {layout.data_dir}: `make run` first.")


if __name__ == "__main__":
    main()
