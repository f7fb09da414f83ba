"""Read the template parts under infra/template and join them into the one that Chalice's output is merged with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PARTS = Path(__file__).parent / "template"

Template = dict[str, Any]


class _IntrinsicLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short intrinsic tags, written out in their long form."""


def _construct_intrinsic(loader: _IntrinsicLoader, suffix: str, node: yaml.Node) -> Template:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case _:
            raise TypeError(f"no intrinsic function takes {node}")
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


_IntrinsicLoader.add_multi_constructor("!", _construct_intrinsic)


class TemplateError(ValueError):
    """A part is not YAML, or repeats a name."""


def load_parts() -> Template:
    """All parts in one template. Raises `TemplateError` for one that cannot be read or a name defined twice."""
    joined: Template = {}
    for path in sorted(PARTS.glob("*.yaml")):
        for section, entries in _read_part(path).items():
            if not isinstance(entries, dict):
                joined[section] = entries
                continue
            known = joined.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise TemplateError(f"{path.name} defines {sorted(twice)} again in {section}")
            known.update(entries)
    return joined


def _read_part(path: Path) -> Template:
    try:
        part = yaml.load(path.read_text(), Loader=_IntrinsicLoader)  # noqa: S506 - a SafeLoader subclass
    except yaml.YAMLError as error:
        raise TemplateError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(part, dict):
        raise TemplateError(f"{path.name} has no sections")
    return part
