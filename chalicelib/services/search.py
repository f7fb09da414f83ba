"""Search over every kind the caller may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.domain import policy
from chalicelib.domain.callers import Caller
from chalicelib.domain.errors import Detail, InvalidInput
from chalicelib.domain.listing import Filter, ListedKind, Operator, SearchGroup, SearchQuery
from chalicelib.domain.ports import Clock, RecordIndex, RecordStore
from chalicelib.services.records import fresh_documents

_RANGES: Mapping[str, Operator] = {"__gte": "gte", "__lte": "lte"}


class SearchService:
    def __init__(self, kinds: Mapping[str, ListedKind], store: RecordStore, index: RecordIndex, clock: Clock) -> None:
        self._kinds = kinds
        self._store = store
        self._index = index
        self._clock = clock

    def title_field(self, kind: str) -> str:
        return self._kinds[kind].title

    def find(
        self,
        by: Caller,
        text: str,
        kinds: Sequence[str] | None,
        limit: int,
        filters: Mapping[str, str | list[str]],
        *,
        autocomplete: bool,
    ) -> Sequence[SearchGroup]:
        """Groups with at least one hit. Kinds the caller may not read, or without a filtered field, are left out."""
        unknown = [kind for kind in kinds or () if kind not in self._kinds]
        if unknown:
            raise InvalidInput("There is no such type.", [Detail("types", f"{kind} is not a type") for kind in unknown])
        asked = tuple(_filter(name, value) for name, value in filters.items())
        fields = {condition.field for condition in asked}
        visible = {
            kind.kind: policy.visibility(by.principal, f"{kind.resource}:read")
            for kind in self._kinds.values()
            if (not kinds or kind.kind in kinds)
            and fields <= kind.fields.keys()
            and any(field.search for field in kind.fields.values())
            and policy.can(by.principal, f"{kind.resource}:read")
        }
        if not visible:
            return []
        query = SearchQuery(text, visible, limit, asked, autocomplete)
        return [
            group for group in self._index.search(query, fresh_documents(self._store, self._clock, by)) if group.total
        ]


def _filter(name: str, value: str | list[str]) -> Filter:
    suffix = next((s for s in _RANGES if name.endswith(s)), "")
    values = tuple(value) if isinstance(value, list) else (value,)
    return Filter(name.removesuffix(suffix), _RANGES.get(suffix, "eq"), values)
