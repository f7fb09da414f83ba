"""An index in a directory of this machine: opened, changed, read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.adapters.record_index.reader import Breakdowns, Reader
from chalicelib.adapters.record_index.schema import IndexSchema, term_id
from chalicelib.domain.listing import AggregateQuery, IndexDocument, ListQuery, Page, SearchGroup, SearchQuery

WRITER_HEAP = 15_000_000
"""Bytes Tantivy's one writing thread may hold before it writes a segment; its own minimum."""


class LocalIndex:
    """A `RecordIndex` on a directory (in memory without one) that one process writes and reads."""

    def __init__(self, schema: IndexSchema, directory: Path | None = None) -> None:
        self._schema = schema
        self._index = schema.open(str(directory) if directory else None)
        self._version = 0
        self._reader = self._read()

    def apply(self, documents: Iterable[IndexDocument], heap: int = WRITER_HEAP) -> int:
        """Replace the records by these, take out those without a row, and return how many were given.

        All of it is visible when this returns, merges have ended, and the files are complete.
        """
        writer = self._index.writer(heap, 1)
        count = 0
        for document in documents:
            writer.delete_documents_by_term("id", term_id(document.kind, document.id))
            if document.row is not None:
                writer.add_document(self._schema.document(document))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
        self.reload()
        return count

    def reload(self) -> None:
        """Show what the directory holds now."""
        self._index.reload()
        self._version += 1
        self._reader = self._read()

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page:
        return self._reader.list(query, fresh)

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Groups:
        return self._reader.search(query, fresh)

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Breakdowns:
        return self._reader.aggregate(query, fresh)

    def version(self) -> int:
        return self._version

    def _read(self) -> Reader:
        return Reader(self._schema, self._index.searcher(), self._version)


Groups = list[SearchGroup]
