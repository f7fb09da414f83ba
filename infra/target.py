"""Which stage a command acts on: one on AWS by name, or the running local cloud."""

from __future__ import annotations

import argparse
import os

from infra.local.layout import layout_from_environment
from infra.names import LOCAL_STAGE


def add_target_options(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--stage", help="a stage on AWS, with the SDK's own credentials and region")
    target.add_argument("--local", action="store_true", help="the running local cloud of PORT and DATA_DIR")


def chosen_stage(options: argparse.Namespace) -> str:
    """The stage's name; for the local cloud the SDK is pointed at it."""
    if not options.local:
        return str(options.stage)
    os.environ.update(layout_from_environment().aws_environment())
    return LOCAL_STAGE
