"""Bring frontend/dist into its bucket on AWS, and have CloudFront ask for it again."""

from __future__ import annotations

import secrets
from pathlib import Path

import boto3

from infra.frontend import DIST

IMMUTABLE = "public, max-age=31536000, immutable"
ALWAYS_ASKED = "no-cache"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class UnknownFileType(Exception):
    """A file of the build has an ending without a content type in `CONTENT_TYPES`."""


def cache_control(path: str) -> str:
    """Names under /assets/ hold a hash of the content; everything else keeps its name when it changes."""
    return IMMUTABLE if path.startswith("/assets/") else ALWAYS_ASKED


def deliver(bucket: str, distribution_id: str, dist: Path = DIST) -> None:
    """Upload the build, its page last, and invalidate what CloudFront keeps of the one before.

    Assets of earlier builds stay: a page that was opened before a deployment loads the rest of itself from them.
    """
    s3 = boto3.client("s3")
    types = {key: _content_type(key) for key in _keys(dist)}
    for key, content_type in types.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=(dist / key).read_bytes(),
            ContentType=content_type,
            CacheControl=cache_control(f"/{key}"),
        )
    invalidate(distribution_id, ["/*"])


def invalidate(distribution_id: str, paths: list[str]) -> None:
    """Have CloudFront ask the bucket again for these paths."""
    boto3.client("cloudfront").create_invalidation(
        DistributionId=distribution_id,
        InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": secrets.token_hex(8)},
    )


def _keys(dist: Path) -> list[str]:
    """What is delivered: neither the build's notes (.vite) nor the compressed copies, which CloudFront makes itself."""
    files = (path.relative_to(dist) for path in dist.rglob("*") if path.is_file())
    keys = [
        path.as_posix() for path in files if not path.parts[0].startswith(".") and path.suffix not in (".br", ".gz")
    ]
    return sorted(keys, key=lambda key: (not key.startswith("assets/"), key == "index.html", key))


def _content_type(key: str) -> str:
    try:
        return CONTENT_TYPES[Path(key).suffix]
    except KeyError:
        raise UnknownFileType(f"{key} has no content type in infra/frontend_delivery.py") from None
