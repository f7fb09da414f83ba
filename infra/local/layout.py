"""Where a local cloud keeps what, and on which ports: everything follows from PORT and DATA_DIR."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

REGION = "eu-west-3"


class StartRefused(Exception):
    """The local cloud cannot start; the message is one sentence for the developer."""


@dataclass(frozen=True)
class Layout:
    """The paths and ports of one local cloud."""

    port: int
    data_dir: Path
    records_calls: bool

    @property
    def lock(self) -> Path:
        return self.data_dir / "run.lock"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def cloud(self) -> Path:
        return self.data_dir / "cloud"

    @property
    def cloud_lock(self) -> Path:
        return self.cloud / "cloud.lock"

    @property
    def outputs(self) -> Path:
        """The deployed stack's outputs, which the gateway routes by."""
        return self.data_dir / "outputs.json"

    @property
    def calls(self) -> Path:
        """One JSON line per authorisation of an AWS call, when recording is on."""
        return self.data_dir / "aws-calls.jsonl"

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def cloud_port(self) -> int:
        """The port chosen at the first start; queue URLs inside the saved state hold it."""
        chosen = json.loads((self.data_dir / "ports.json").read_text())
        return int(chosen["cloud"])

    @property
    def cloud_url(self) -> str:
        return f"http://127.0.0.1:{self.cloud_port}"

    def choose_cloud_port(self) -> None:
        """At the first start take the port after ours, or any free one, and remember it."""
        path = self.data_dir / "ports.json"
        if not path.exists():
            port = self.port + 1 if port_is_free(self.port + 1) else _any_free_port()
            path.write_text(json.dumps({"cloud": port}))

    def aws_environment(self) -> dict[str, str]:
        """What points an AWS SDK at this cloud with its root credentials."""
        return {
            "AWS_ENDPOINT_URL": self.cloud_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }


def layout_from_environment() -> Layout:
    text = os.environ.get("PORT", "8080")
    if not text.isdecimal() or not 0 < int(text) < 65535:
        raise StartRefused(f"PORT must be a number between 1 and 65534, not {text!r}.")
    data_dir = Path(os.environ.get("DATA_DIR", ".local")).resolve()
    return Layout(int(text), data_dir, os.environ.get("RECORD_AWS_CALLS") == "1")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
