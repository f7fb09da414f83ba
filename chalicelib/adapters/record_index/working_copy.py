"""A process's own copy of the published index, in a directory of its own that dies with it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

import tantivy

from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.adapters.record_index.store import FileRef, IndexStore, Manifest

_META = "meta.json"


class WorkingCopy:
    """The files of one state of the index, brought forward from manifest to manifest.

    Processes on one machine never share a directory: Tantivy's lock knows nothing of other writers' commits. Each holds
    a lock on its own for as long as it lives, and removes those whose lock nobody holds.
    """

    def __init__(self, schema: IndexSchema, store: IndexStore, root: Path, role: str) -> None:
        self._schema, self._store = schema, store
        home = root / schema.fingerprint / f"{role}-{os.getpid()}-{uuid4().hex[:8]}"
        home.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(_lock_of(home), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        home.mkdir()
        _remove_abandoned(root)
        self._home = self._directory = home
        self._held: dict[str, FileRef] = {}
        self._index: tantivy.Index | None = None
        self._manifest: Manifest | None = None

    @property
    def directory(self) -> Path:
        return self._directory

    @property
    def index(self) -> tantivy.Index:
        if self._index is None:
            raise RuntimeError("there is no index here")
        return self._index

    def sync(self, manifest: Manifest) -> tantivy.Index:
        """Hold exactly this manifest's state, and nothing that was changed here and not published."""
        if self._index is not None and self._manifest == manifest:
            return self._index
        here = {name for name, ref in manifest.files.items() if self._held.get(name) == ref and self._has(name)}
        missing = {name: ref for name, ref in manifest.files.items() if name not in here}
        if self._index is None or any(self._has(name) for name in missing):
            self._move_to_new_directory(here)
        self._store.download(missing, self._directory)
        self._write_meta(manifest.meta)
        if self._index is None:
            self._index = self._schema.open(str(self._directory))
        self._index.reload()
        self.published(manifest, self._index)
        return self._index

    def start_empty(self) -> tantivy.Index:
        """Hold an empty index, the beginning of a rebuild."""
        self._new_directory()
        self._index = self._schema.open(str(self._directory))
        return self._index

    def take(self) -> tantivy.Index:
        """The index, to be changed: unless `published` says that went well, the next sync leaves this directory."""
        taken = self.index
        self._index = None
        return taken

    def published(self, manifest: Manifest, index: tantivy.Index) -> None:
        """What is here is the state of this manifest."""
        self._held, self._manifest, self._index = dict(manifest.files), manifest, index
        self._remove_unreferenced()

    def segment_files(self) -> list[Path]:
        """The files that the committed state consists of, meta.json apart."""
        deletes: dict[str, int | None] = {}
        for segment in json.loads(self.meta())["segments"]:
            deletes[segment["segment_id"].replace("-", "")] = (segment["deletes"] or {}).get("opstamp")
        return [file for file in self._directory.iterdir() if _belongs(file.name, deletes)]

    def meta(self) -> str:
        return (self._directory / _META).read_text()

    def close(self) -> None:
        self._index = None
        shutil.rmtree(self._home)
        _lock_of(self._home).unlink()
        os.close(self._lock)

    def _has(self, name: str) -> bool:
        return (self._directory / name).exists()

    def _move_to_new_directory(self, keep: set[str]) -> None:
        """A name that stands for other bytes than before needs a directory in which it never stood for those: Tantivy
        maps files by path, and a searcher still in use may hold the old ones."""
        before = self._directory
        self._new_directory()
        for name in keep:
            os.link(before / name, self._directory / name)
        if before != self._home:
            shutil.rmtree(before)

    def _new_directory(self) -> None:
        self._index = None
        self._directory = self._home / uuid4().hex[:8]
        self._directory.mkdir()

    def _write_meta(self, meta: str) -> None:
        part = self._directory / f"{_META}.part"
        part.write_text(meta)
        os.replace(part, self._directory / _META)

    def _remove_unreferenced(self) -> None:
        """Searchers that still read a removed file keep it until they end."""
        for file in self._directory.iterdir():
            if file.name not in self._held and file.name != _META and not file.name.startswith("."):
                file.unlink()


def _belongs(name: str, deletes: dict[str, int | None]) -> bool:
    segment, _, rest = name.partition(".")
    if segment not in deletes:
        return False
    return not rest.endswith("del") or rest == f"{deletes[segment]}.del"


def _lock_of(home: Path) -> Path:
    return home.with_name(f"{home.name}.lock")


def _remove_abandoned(root: Path) -> None:
    """A directory is made after its lock is taken, so one whose lock is free has lost its process."""
    for home in (path for path in root.glob("*/*") if path.is_dir()):
        try:
            with _lock_of(home).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(home, ignore_errors=True)
                _lock_of(home).unlink(missing_ok=True)
        except (BlockingIOError, FileNotFoundError):
            continue
