"""The writing side: change a working copy and publish the result, or start again if another writer was first."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import tantivy

from chalicelib.adapters.record_index.local import WRITER_HEAP
from chalicelib.adapters.record_index.schema import IndexSchema, term_id
from chalicelib.adapters.record_index.store import FileRef, IndexStore, Manifest, Pointer
from chalicelib.adapters.record_index.working_copy import WorkingCopy
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.listing import IndexDocument
from chalicelib.domain.ports import Clock
from chalicelib.domain.records import Ref

REBUILD_HEAP = 50_000_000
ATTEMPTS = 20
BLOB_GRACE = timedelta(hours=1)
"""How long a blob that no manifest refers to is kept: its writer may be about to publish, a reader be fetching it."""
READER_GRACE = timedelta(minutes=10)
"""How long a superseded manifest still protects its blobs: readers that saw it fetch them well within."""
MANIFEST_GRACE = timedelta(days=1)
"""How long manifests are kept: a rebuild learns from them what changed while it ran."""
_BACKOFF_SECONDS = 0.05

Read = Callable[[Sequence[Ref]], Sequence[IndexDocument]]


@dataclass(frozen=True, slots=True)
class Published:
    """A version that readers will find, and the state of the index.

    Deleted records take space until the nightly rebuild: Tantivy merges no segment because of them.
    """

    version: int
    segments: int
    records: int
    deleted: int


class SegmentPublisher:
    """Writes the index of one schema; any number may run, and each publication is one step from the last."""

    def __init__(self, schema: IndexSchema, store: IndexStore, root: Path) -> None:
        self._schema, self._store, self._root = schema, store, root
        self._copy: WorkingCopy | None = None

    def exists(self) -> bool:
        """Whether an index of this schema was ever published."""
        return self._store.pointer(consistent=True) is not None

    def publish(self, refs: Sequence[Ref], read: Read) -> Published:
        """Bring these records to the state that `read` answers, and publish it.

        `read` is called after the newest index was fetched, anew at each attempt: what another writer published before
        is then never overwritten by an older state. Raises `Unavailable` if others were first too often.
        """
        for _ in range(ATTEMPTS):
            pointer = self._store.pointer(consistent=True)
            if pointer is None:
                raise Unavailable("The index has not been built yet.")
            copy = self._copy = self._copy or WorkingCopy(self._schema, self._store, self._root, "writer")
            manifest = self._store.manifest(pointer.manifest)
            copy.sync(manifest)
            if published := self._publish_once(copy, pointer, manifest, refs, read(refs)):
                return published
            time.sleep(random.uniform(0, _BACKOFF_SECONDS))
        raise Unavailable("Other writers of the index were first each time.")

    def rebuild(self, pages: Iterable[Sequence[IndexDocument]], read: Read) -> Published:
        """Build the index anew from all records, beside the live one, and put it in its place.

        `pages` must be read consistently and after this is called. Changes published meanwhile are found through the
        manifests since the start, and read again, until the pointer moves without one in between; changes published
        later find the new index.
        """
        start = self._store.pointer(consistent=True)
        copy = WorkingCopy(self._schema, self._store, self._root, "rebuild")
        try:
            self._write(copy.start_empty(), (document for page in pages for document in page), REBUILD_HEAP)
            stored = self._upload(copy, {})
            generation, seen = uuid4().hex, start
            for _ in range(ATTEMPTS):
                current = self._store.pointer(consistent=True)
                if changed := self._changed_between(seen, current):
                    self._write(copy.index, read(changed), WRITER_HEAP)
                    stored = self._upload(copy, stored)
                seen = current
                manifest = self._manifest(copy, current, generation, stored, ())
                previous = current.manifest if current else None
                if self._move(current, manifest, previous):
                    return _published(manifest)
            raise Unavailable("Changes kept coming while the index was rebuilt.")
        finally:
            copy.close()

    def collect_garbage(self, clock: Clock) -> int:
        """Delete what nothing refers to any more, and return how many objects that was.

        Kept: the current manifest, the last one before the newest rebuild, those of a day; and the blobs of the first
        two and of the manifests of the last minutes.
        """
        now = clock.now()
        stored = list(self._store.stored())
        pointer = self._store.pointer(consistent=True)
        manifests = {key for key, at in stored if self._store.is_manifest(key) and at > now - MANIFEST_GRACE}
        named = {key for key in (pointer.manifest, pointer.previous) if key} if pointer else set()
        recent = {key for key, at in stored if key in manifests and at > now - READER_GRACE}
        blobs = {ref.blob for key in named | recent for ref in self._store.manifest(key).files.values()}
        kept = manifests | named | blobs
        dead = [key for key, at in stored if key not in kept and at <= now - BLOB_GRACE]
        self._store.delete(dead)
        return len(dead)

    def close(self) -> None:
        if self._copy:
            self._copy.close()
            self._copy = None

    def _publish_once(
        self,
        copy: WorkingCopy,
        pointer: Pointer,
        before: Manifest,
        refs: Sequence[Ref],
        documents: Sequence[IndexDocument],
    ) -> Published | None:
        """None if another writer was first; a copy that failed half-way is never used again."""
        index = copy.take()
        self._write(index, documents, WRITER_HEAP)
        stored = self._upload(copy, before.files)
        manifest = self._manifest(copy, pointer, before.generation, stored, refs)
        if not self._move(pointer, manifest, pointer.previous):
            return None
        copy.published(manifest, index)
        return _published(manifest)

    def _write(self, index: tantivy.Index, documents: Iterable[IndexDocument], heap: int) -> None:
        """Replace these records, commit, and wait for the merges: a frozen sandbox must not leave one half done."""
        writer = index.writer(heap, 1)
        for document in documents:
            writer.delete_documents_by_term("id", term_id(document.kind, document.id))
            if document.row is not None:
                writer.add_document(self._schema.document(document))
        writer.commit()
        writer.wait_merging_threads()

    def _upload(self, copy: WorkingCopy, known: Mapping[str, FileRef]) -> dict[str, FileRef]:
        """Where each file of the committed state is stored, after storing those that are not yet."""
        files = copy.segment_files()
        uploaded = self._store.upload([file for file in files if file.name not in known])
        return {file.name: uploaded.get(file.name) or known[file.name] for file in files}

    def _manifest(
        self,
        copy: WorkingCopy,
        before: Pointer | None,
        generation: str,
        stored: Mapping[str, FileRef],
        changed: Sequence[Ref],
    ) -> Manifest:
        return Manifest(
            version=before.version + 1 if before else 1,
            fingerprint=self._schema.fingerprint,
            generation=generation,
            meta=copy.meta(),
            files=stored,
            changed=tuple(changed),
            parent=before.manifest if before else None,
        )

    def _move(self, expected: Pointer | None, manifest: Manifest, previous: str | None) -> bool:
        key = self._store.put_manifest(manifest)
        return self._store.move_pointer(expected, Pointer(manifest.version, key, previous, int(time.time())))

    def _changed_between(self, seen: Pointer | None, current: Pointer | None) -> list[Ref]:
        """The records that the versions after `seen` up to `current` changed."""
        changed: dict[Ref, None] = {}
        key = current.manifest if current else None
        while key and (not seen or key != seen.manifest):
            manifest = self._store.manifest(key)
            changed |= dict.fromkeys(manifest.changed)
            key = manifest.parent
        return list(changed)


def _published(manifest: Manifest) -> Published:
    return Published(manifest.version, *manifest.counts)
