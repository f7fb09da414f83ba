"""The caller's address. Behind CloudFront API Gateway sees an edge's, so the edge passes the viewer's on."""

from __future__ import annotations

import hmac
from ipaddress import IPv6Address, ip_address

from chalice.app import Request

from chalicelib import wiring

VIEWER = "x-viewer-address"
PROOF = "x-origin-secret"


def client_ip(request: Request) -> str:
    """The viewer's address when the request proves that our distribution passed it on, else the one that called.

    The distribution overwrites both headers; whoever calls API Gateway past it can write the first, not the second.
    """
    caller = str(request.context.get("identity", {}).get("sourceIp", ""))
    viewer = request.headers.get(VIEWER)
    if viewer is None or not _from_our_distribution(request.headers.get(PROOF, "")):
        return caller
    try:
        address = ip_address(viewer.strip())
    except ValueError:
        return caller
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _from_our_distribution(proof: str) -> bool:
    """Without a secret of our own nothing proves anything."""
    expected = wiring.secrets().origin_secret
    return bool(expected) and hmac.compare_digest(proof.encode(), expected.encode())
