"""Where a published index lives: immutable blobs and manifests in S3, and one pointer item in DynamoDB.

Keys in the bucket, for one schema: `<prefix>/<fingerprint>/blobs/<digest>` and `…/manifests/<version>-<digest>.json`.
A blob holds files of the index end to end; nothing in the bucket is ever overwritten with other bytes. The pointer
(`PK = INDEX#<fingerprint>`, `SK = MANIFEST`) names the current manifest and moves by a condition on its version: of two
writers that started from the same version one wins, and the other starts again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.domain.records import Ref

BUNDLE_BYTES = 16_000_000
"""Files are bundled up to this size; a larger file is a blob of its own."""
_CHUNK = 1 << 20
_PARALLEL = 4
_PART = ".part"


class CorruptBlob(Exception):
    """The bytes that arrived are not those that were published."""


class MissingBlob(Exception):
    """A blob or manifest that is referred to is not in the bucket."""


class Pointer(NamedTuple):
    """Which manifest is current, and since when (epoch seconds, whole).

    `previous` is the last manifest before the newest rebuild, kept for a rollback.
    """

    version: int
    manifest: str
    previous: str | None = None
    published_at: int = 0


@dataclass(frozen=True, slots=True)
class FileRef:
    """Where the bytes of one file of the index are: `size` bytes at `offset` of a blob."""

    blob: str
    offset: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of the index. `meta` is Tantivy's meta.json; `changed` are the records that this version changed, and
    `parent` the manifest before, so that a rebuild can learn what changed while it read the table."""

    version: int
    fingerprint: str
    generation: str
    meta: str
    files: Mapping[str, FileRef]
    changed: tuple[Ref, ...] = ()
    parent: str | None = None

    @property
    def counts(self) -> tuple[int, int, int]:
        """Segments, records, and deleted records that still take space."""
        segments = json.loads(self.meta)["segments"]
        deleted = sum((s["deletes"] or {}).get("num_deleted_docs", 0) for s in segments)
        return len(segments), sum(s["max_doc"] for s in segments) - deleted, deleted

    def encode(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True).encode()

    @classmethod
    def decode(cls, content: bytes) -> Manifest:
        fields = json.loads(content)
        files = {name: FileRef(**ref) for name, ref in fields.pop("files").items()}
        changed = tuple(Ref(*ref) for ref in fields.pop("changed"))
        return cls(files=files, changed=changed, **fields)


class IndexStore:
    """The published index of one schema. `s3` and `dynamodb` are AWS clients."""

    def __init__(
        self, s3: Any, dynamodb: Any, bucket: str, table: str, fingerprint: str, prefix: str = "index"
    ) -> None:
        self._s3, self._dynamodb = s3, dynamodb
        self._bucket, self._table = bucket, table
        self.fingerprint = fingerprint
        self._root = f"{prefix}/{fingerprint}"
        self._key = {"PK": {"S": f"INDEX#{fingerprint}"}, "SK": {"S": "MANIFEST"}}

    def pointer(self, consistent: bool = False) -> Pointer | None:
        """None if no index of this schema was ever published."""
        item = self._dynamodb.get_item(TableName=self._table, Key=self._key, ConsistentRead=consistent).get("Item")
        if item is None:
            return None
        previous, published_at = item.get("previous", {}).get("S"), int(item["published_at"]["N"])
        return Pointer(int(item["version"]["N"]), item["manifest"]["S"], previous, published_at)

    def move_pointer(self, expected: Pointer | None, to: Pointer) -> bool:
        """Whether the pointer still was what is expected, and now is the new one."""
        item = {
            **self._key,
            "version": {"N": str(to.version)},
            "manifest": {"S": to.manifest},
            "published_at": {"N": str(to.published_at)},
        }
        if to.previous:
            item["previous"] = {"S": to.previous}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(PK)"}
        if expected:
            condition = {
                "ConditionExpression": "#v = :expected",
                "ExpressionAttributeNames": {"#v": "version"},
                "ExpressionAttributeValues": {":expected": {"N": str(expected.version)}},
            }
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            # The answer to a first try may have been lost: the pointer then stands where we put it.
            return self.pointer(consistent=True) == to
        return True

    def manifest(self, key: str) -> Manifest:
        """Raises `MissingBlob` or `CorruptBlob`."""
        content = self._get(key)
        if digest_of(content) not in key:
            raise CorruptBlob(key)
        return Manifest.decode(content)

    def put_manifest(self, manifest: Manifest) -> str:
        content = manifest.encode()
        key = f"{self._root}/manifests/{manifest.version:010d}-{digest_of(content)}.json"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)
        return key

    def upload(self, files: Sequence[Path]) -> dict[str, FileRef]:
        """Store files as blobs; the references come back by file name."""
        stored: dict[str, FileRef] = {}
        for bundle in _bundles(files):
            stored |= self._put_bundle(bundle) if len(bundle) > 1 else self._put_file(bundle[0])
        return stored

    def download(self, files: Mapping[str, FileRef], directory: Path) -> None:
        """Fetch files into a directory, each under its name only once complete and right.

        Raises `MissingBlob` or `CorruptBlob`; files fetched before that stay.
        """
        by_blob: dict[str, dict[str, FileRef]] = {}
        for name, ref in files.items():
            by_blob.setdefault(ref.blob, {})[name] = ref
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for done in [pool.submit(self._fetch, blob, wanted, directory) for blob, wanted in by_blob.items()]:
                done.result()

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Every blob and manifest of this schema with the time it was last written."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{self._root}/")
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["LastModified"]

    def is_manifest(self, key: str) -> bool:
        return key.startswith(f"{self._root}/manifests/")

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def _put_bundle(self, files: Sequence[Path]) -> dict[str, FileRef]:
        contents = [file.read_bytes() for file in files]
        body = b"".join(contents)
        key = f"{self._root}/blobs/{digest_of(body)}"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        refs, offset = {}, 0
        for file, content in zip(files, contents, strict=True):
            refs[file.name] = FileRef(key, offset, len(content), digest_of(content))
            offset += len(content)
        return refs

    def _put_file(self, file: Path) -> dict[str, FileRef]:
        digest = blake2b(digest_size=20)
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        key = f"{self._root}/blobs/{digest.hexdigest()}"
        with file.open("rb") as stream:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=stream)
        return {file.name: FileRef(key, 0, file.stat().st_size, digest.hexdigest())}

    def _fetch(self, blob: str, wanted: Mapping[str, FileRef], directory: Path) -> None:
        """Read the part of the blob that spans the wanted files in one request, and cut it as it arrives."""
        ordered = sorted((ref.offset, name, ref) for name, ref in wanted.items())
        at = ordered[0][0]
        end = max(ref.offset + ref.size for _, _, ref in ordered)
        if end == at:
            stream: Any = None
        else:
            stream = self._open(blob, f"bytes={at}-{end - 1}")
        for offset, name, ref in ordered:
            _skip(stream, offset - at)
            _write(stream, ref, directory / name)
            at = offset + ref.size

    def _get(self, key: str) -> bytes:
        content: bytes = self._open(key).read()
        return content

    def _open(self, key: str, span: str | None = None) -> Any:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key, **({"Range": span} if span else {}))["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise MissingBlob(key) from error
            if error.response["Error"]["Code"] in ("InvalidRange", "416"):
                raise CorruptBlob(key) from error
            raise


def digest_of(content: bytes) -> str:
    return blake2b(content, digest_size=20).hexdigest()


def _bundles(files: Sequence[Path]) -> list[list[Path]]:
    """The files in groups of at most `BUNDLE_BYTES`, a larger file alone."""
    bundles: list[list[Path]] = []
    room = 0
    for file in sorted(files, key=lambda f: f.stat().st_size):
        size = file.stat().st_size
        if size > room or not bundles:
            bundles.append([])
            room = BUNDLE_BYTES
        bundles[-1].append(file)
        room -= size
    return bundles


def _skip(stream: Any, count: int) -> None:
    while count > 0 and (chunk := stream.read(min(count, _CHUNK))):
        count -= len(chunk)


def _write(stream: Any, ref: FileRef, target: Path) -> None:
    part = target.with_name(target.name + _PART)
    digest, left = blake2b(digest_size=20), ref.size
    with part.open("wb") as out:
        while left and (chunk := stream.read(min(left, _CHUNK))):
            out.write(chunk)
            digest.update(chunk)
            left -= len(chunk)
    if left or digest.hexdigest() != ref.digest:
        part.unlink()
        raise CorruptBlob(f"{ref.blob} at {ref.offset}")
    os.replace(part, target)
