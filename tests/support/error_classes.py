"""Every error the domain can raise."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.errors import DomainError


def error_classes(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """`base` and all its subclasses, as far as their modules are imported."""
    yield base
    for sub in base.__subclasses__():
        yield from error_classes(sub)
