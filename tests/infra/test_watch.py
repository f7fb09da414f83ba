"""A mistake in what is watched is shown, and the next change is tried."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from infra import package, templates
from infra.local import __main__ as local
from infra.local.layout import Layout, StartRefused
from infra.templates import TemplateError


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(templates, "PARTS", tmp_path)
    (tmp_path / "data.yaml").write_text("Resources:\n  Table: {Type: AWS::DynamoDB::Table}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources:\n  Table\n  Type: x\n", "messaging.yaml is not YAML: "),
        ("Resources: {Queue: !Ref {a: [}}", "messaging.yaml is not YAML: "),
        ("", "messaging.yaml has no sections"),
        ("- Resources", "messaging.yaml has no sections"),
        ("Resources:\n  Table: {}\n", r"messaging.yaml defines \['Table'\] again in Resources"),
    ],
)
def test_broken_template_part_is_named(parts: Path, text: str, reason: str) -> None:
    (parts / "messaging.yaml").write_text(text)

    with pytest.raises(TemplateError, match=reason):
        templates.load_parts()


def test_broken_template_ends_the_build_with_its_reason(
    parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "BUILD", tmp_path / "build")
    (parts / "messaging.yaml").write_text("Resources: [")

    with pytest.raises(SystemExit, match=r"infra/template: messaging\.yaml is not YAML"):
        package._run_chalice("")


@pytest.mark.parametrize("failure", [StartRefused("python -m infra.deploy failed"), SystemExit("not YAML")])
def test_watch_goes_on_after_a_failed_build(
    failure: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = iter([1, 2, 2, 3])
    outcomes = iter([failure, None])
    redeployed: list[BaseException | None] = []

    def newest() -> int:
        try:
            return next(changes)
        except StopIteration:
            raise KeyboardInterrupt from None

    def redeploy(_: Layout) -> None:
        redeployed.append(outcome := next(outcomes))
        if outcome is not None:
            raise outcome

    monkeypatch.setattr(local, "_require_running", lambda _: None)
    monkeypatch.setattr(local, "_newest_change", newest)
    monkeypatch.setattr(local, "_redeploy", redeploy)
    monkeypatch.setattr(time, "sleep", lambda _: None)

    with pytest.raises(KeyboardInterrupt):
        local._watch(Layout(port=0, data_dir=Path(), records_calls=False))

    assert redeployed == [failure, None]
    assert str(failure) in capsys.readouterr().err
