"""The read model of a process that answers requests: a local copy of the published index that follows its pointer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.record_index.reader import Breakdowns, Groups, Reader
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.adapters.record_index.store import CorruptBlob, IndexStore, MissingBlob
from chalicelib.adapters.record_index.working_copy import WorkingCopy
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.listing import AggregateQuery, IndexDocument, ListQuery, Page, SearchQuery

POLL_SECONDS = 1.0
# After a failure the next look waits this many times longer, so that an outage does not slow every request.
_PATIENCE = 5
_RETRIES = 2
_FAILURES = (BotoCoreError, ClientError, CorruptBlob, MissingBlob, OSError, ValueError)
_log = logging.getLogger(__name__)


class Replica:
    """A `RecordIndex` that looks for a newer index at most every `poll_seconds` and else answers from what it has.

    When S3 or DynamoDB does not answer, or a blob is damaged, it goes on with the copy it has, and raises `Unavailable`
    only if it never had one.
    """

    def __init__(
        self,
        schema: IndexSchema,
        store: IndexStore,
        root: Path,
        poll_seconds: float = POLL_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schema, self._store = schema, store
        self._root = root
        self._poll_seconds, self._monotonic = poll_seconds, monotonic
        self._copy: WorkingCopy | None = None
        self._reader: Reader | None = None
        self._next_look = 0.0
        self._refreshing = threading.Lock()

    def list(self, query: ListQuery, fresh: Sequence[IndexDocument] = ()) -> Page:
        return self._current().list(query, fresh)

    def search(self, query: SearchQuery, fresh: Sequence[IndexDocument] = ()) -> Groups:
        return self._current().search(query, fresh)

    def aggregate(self, query: AggregateQuery, fresh: Sequence[IndexDocument] = ()) -> Breakdowns:
        return self._current().aggregate(query, fresh)

    def version(self) -> int:
        """The version of the index that answers now."""
        return self._current().version

    def published_at(self) -> int | None:
        """Epoch seconds of the newest publication; None before the first."""
        pointer = self._store.pointer()
        return pointer.published_at if pointer else None

    def refresh(self) -> int:
        """Follow the pointer now, whenever that was done last; raises what made it fail."""
        with self._refreshing:
            return self._follow().version

    def _current(self) -> Reader:
        now = self._monotonic()
        waiting = self._reader is not None and now < self._next_look
        if not waiting and self._refreshing.acquire(blocking=self._reader is None):
            try:
                self._next_look = now + self._poll_seconds
                return self._follow()
            except _FAILURES as failure:
                _log.warning("index_refresh_failed", extra={"reason": type(failure).__name__})
                self._next_look = now + _PATIENCE * self._poll_seconds
                if self._reader is None:
                    raise Unavailable("The index cannot be read at the moment.") from failure
            finally:
                self._refreshing.release()
        if self._reader is None:
            raise Unavailable("The index cannot be read at the moment.")
        return self._reader

    def _follow(self) -> Reader:
        """A manifest may be superseded, and its files collected, between reading the pointer and fetching them."""
        for _ in range(_RETRIES):
            with suppress(MissingBlob, FileNotFoundError, ValueError):
                return self._follow_once()
        return self._follow_once()

    def _follow_once(self) -> Reader:
        pointer = self._store.pointer()
        if pointer is None:
            if self._reader is None:
                raise Unavailable("The index has not been built yet.")
            return self._reader
        if self._reader is None or pointer.version != self._reader.version:
            self._copy = self._copy or WorkingCopy(self._schema, self._store, self._root, "replica")
            index = self._copy.sync(self._store.manifest(pointer.manifest))
            self._reader = Reader(self._schema, index.searcher(), pointer.version)
        return self._reader
