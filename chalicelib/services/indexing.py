"""Keeps the read model in step with the table: batches of changed records, rebuilds, and the removal of old files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from chalicelib.domain.listing import IndexDocument, ListedKind
from chalicelib.domain.ports import Clock
from chalicelib.domain.records import Record, Ref, index_document


class RecordReader(Protocol):
    """The table, as far as indexing reads it. Both methods read consistently: the index must not miss a past write."""

    def get_many(self, refs: Sequence[Ref]) -> Mapping[Ref, Record]:
        """The records that exist, live or in the trash."""
        ...

    def pages(self) -> Iterator[Sequence[Record]]:
        """Every record, live or in the trash, page by page."""
        ...


class Publication(Protocol):
    """A published state of the index."""

    @property
    def version(self) -> int: ...

    @property
    def records(self) -> int: ...


class ReadRecords(Protocol):
    def __call__(self, refs: Sequence[Ref]) -> Sequence[IndexDocument]: ...


class IndexPublisher(Protocol):
    """The writing side of the read model."""

    def exists(self) -> bool: ...

    def publish(self, refs: Sequence[Ref], read: ReadRecords) -> Publication: ...

    def rebuild(self, pages: Iterable[Sequence[IndexDocument]], read: ReadRecords) -> Publication: ...

    def collect_garbage(self, clock: Clock) -> int: ...


class Indexing:
    """The use cases of the indexer and of the maintenance function."""

    def __init__(
        self, records: RecordReader, publisher: IndexPublisher, kinds: Mapping[str, ListedKind], clock: Clock
    ) -> None:
        self._records, self._publisher = records, publisher
        self._kinds, self._clock = kinds, clock

    def index_batch(self, refs: Iterable[Ref]) -> int | None:
        """Bring these records' current state into the index; the version that shows it, None if no kind is listed.

        Events may come twice, late and out of order: each only says which record to read again. The first batch under a
        new schema builds its index from the whole table. Raises `Unavailable` to have the batch delivered again.
        """
        wanted = list(dict.fromkeys(ref for ref in refs if ref.kind in self._kinds))
        if not wanted:
            return None
        if not self._publisher.exists():
            self.rebuild()
        return self._publisher.publish(wanted, self._read).version

    def rebuild(self) -> Publication:
        """Build the index anew from the table beside live traffic, and switch over."""
        return self._publisher.rebuild(self._documents(), self._read)

    def collect_garbage(self) -> int:
        """Delete the files of the index that nothing refers to any more; how many there were."""
        return self._publisher.collect_garbage(self._clock)

    def _read(self, refs: Sequence[Ref]) -> list[IndexDocument]:
        found = self._records.get_many(refs)
        return [index_document(found[ref]) if ref in found else _gone(ref) for ref in refs]

    def _documents(self) -> Iterator[list[IndexDocument]]:
        for page in self._records.pages():
            yield [index_document(record) for record in page if record.kind in self._kinds]


def _gone(ref: Ref) -> IndexDocument:
    return IndexDocument(ref.kind, ref.id, 0, frozenset(), deleted=True, row=None)
