"""Questions the template tests ask of a CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True)
class MergedTemplate:
    """A template in JSON form, with intrinsics written out."""

    document: Json

    def of_type(self, *types: str) -> dict[str, Json]:
        """Resources of these types by logical id."""
        return {name: r for name, r in self.document["Resources"].items() if r["Type"] in types}

    def properties(self, logical_id: str) -> Json:
        properties: Json = self.document["Resources"][logical_id].get("Properties", {})
        return properties

    def functions(self) -> dict[str, Json]:
        """The properties of each function by logical id."""
        return {name: r["Properties"] for name, r in self.of_type(FUNCTION).items()}

    def role_of(self, function: str) -> str:
        """Logical id of the function's role; one that is no resource here is an error."""
        role: str = self.properties(function)["Role"]["Fn::GetAtt"][0]
        return role

    def statements(self, role: str) -> Iterator[Json]:
        for policy in self.properties(role)["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]

    def event_sources(self) -> dict[str, Json]:
        sources = self.of_type("AWS::Lambda::EventSourceMapping")
        return {name: r["Properties"] for name, r in sources.items()}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def referred(value: Any) -> str:
    """The logical id that a Ref or Fn::GetAtt names."""
    if "Ref" in value:
        return str(value["Ref"])
    return str(value["Fn::GetAtt"][0])
