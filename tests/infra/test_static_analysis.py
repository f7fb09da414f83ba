"""cfn-lint and checkov on the merged template: nothing unexplained, no explanation without a finding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from infra.package import ROOT, TEMPLATE
from tests.support.merged_template import MergedTemplate

CHECKOV = ROOT / ".venv-checkov/bin/checkov"


def test_cfn_lint_finds_nothing(template: MergedTemplate) -> None:
    linter = Path(sys.executable).with_name("cfn-lint")

    done = subprocess.run([linter, "-t", TEMPLATE, "-r", "eu-west-3"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_checkov_finds_only_what_is_waived_and_everything_that_is(template: MergedTemplate) -> None:
    findings = {(f["check_id"], f["resource"].rpartition(".")[2]) for f in _checkov_failures()}
    waivers = yaml.safe_load((ROOT / "infra/checkov-waivers.yaml").read_text())

    assert all(waiver["reason"].strip() for waiver in waivers.values())
    unexplained = {f for f in findings if f[0] not in waivers or f[1] not in waivers[f[0]].get("resources", [f[1]])}
    assert unexplained == set()
    found_ids = {check for check, _ in findings}
    stale = waivers.keys() - found_ids | {
        (check, resource)
        for check, waiver in waivers.items()
        for resource in waiver.get("resources", [])
        if (check, resource) not in findings
    }
    assert stale == set()


def _checkov_failures() -> list[dict[str, Any]]:
    if not CHECKOV.exists():
        raise FileNotFoundError(f"{CHECKOV} is missing: make check installs it")
    options = ["--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "--output", "json"]
    done = subprocess.run([CHECKOV, "--file", TEMPLATE, *options], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 50
    assert report["summary"]["parsing_errors"] == 0
    failures: list[dict[str, Any]] = report["results"]["failed_checks"]
    return failures
