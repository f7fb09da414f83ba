"""Everything the domain can refuse.

DomainError
├── InvalidInput            a field has a wrong value (details name the fields)
│   └── RuleBroken          the values are fine one by one, but break a rule of the model; one subclass per rule
├── MalformedRequest        not JSON, or not one JSON value as the API takes it
├── PayloadTooLarge         the body is over the limit
│   └── ExportTooLarge      the list is too long for a file (details say how long it is, and may be)
├── UnsupportedMediaType    the body is not application/json
├── Unauthenticated         no valid credentials
├── Forbidden               the caller lacks a permission (named)
├── NotFound                the record does not exist, or the caller may not know that it does
├── Conflict                the request collides with what is stored
│   ├── Duplicate           a unique value is taken (details carry the other record's id, if the caller may read it)
│   ├── InUse               the record is still referenced
│   ├── IdempotencyMismatch the idempotency key was used with another body
│   └── AlreadyAnswered     the idempotency key was answered meanwhile; carries that answer
├── StaleVersion            the caller edited an older version
├── TooManyRequests         throttled; `retry_after` in seconds
└── Unavailable             a dependency did not answer; safe to retry
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One reason, tied to a field of the request where there is one (dotted path)."""

    field: str
    message: str
    extra: Mapping[str, Any] | None = None


class DomainError(Exception):
    """Base of all refusals; `code` is part of the API."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)


class InvalidInput(DomainError):
    code = "invalid_input"


class RuleBroken(InvalidInput):
    """The values are fine one by one but break a rule of the model; `code` names the rule."""

    code = "rule_broken"
    field: ClassVar[str] = "body"
    rule: ClassVar[str] = "A rule of the model is broken."

    def __init__(self, field: str | None = None) -> None:
        super().__init__(self.rule, [Detail(field or self.field, self.rule)])


class EndBeforeStart(RuleBroken):
    code, field = "end_before_start", "end_at"
    rule = "The end must come after the start."


class AmountDueAboveTotal(RuleBroken):
    code, field = "amount_due_above_total", "amount_due"
    rule = "amount_due must not be above total_amount."


class SalesContactRole(RuleBroken):
    code, field = "sales_contact_role", "sales_contact_id"
    rule = "The sales contact must be a user with the role sales."


class SupportContactRole(RuleBroken):
    code, field = "support_contact_role", "support_contact_id"
    rule = "The support contact must be a user with the role support."


class ContractNotSigned(RuleBroken):
    code, field = "contract_not_signed", "contract_id"
    rule = "An event needs a signed contract."


class ContractOfAnotherClient(RuleBroken):
    code, field = "contract_of_another_client", "contract_id"
    rule = "The contract of an event must be with the same client."


class MandatNotSigned(RuleBroken):
    code, field = "mandat_not_signed", "produit_ids"
    rule = "Products go under a mandate that is signe or actif."


class MandatStatusPath(RuleBroken):
    code, field = "mandat_status_path", "status"
    rule = "A mandate goes forward only: propose, signe, actif, termine."


class Unauthenticated(DomainError):
    code = "unauthenticated"


class Forbidden(DomainError):
    code = "forbidden"

    def __init__(self, permission: str, message: str | None = None) -> None:
        super().__init__(message or f"This needs the permission {permission}.", [Detail("permission", permission)])
        self.permission = permission


class NotFound(DomainError):
    code = "not_found"


class PayloadTooLarge(DomainError):
    code = "payload_too_large"


class ExportTooLarge(PayloadTooLarge):
    code = "export_too_large"

    def __init__(self, matched: int, limit: int, message: str | None = None) -> None:
        text = message or f"{matched} records match; one file holds at most {limit}."
        super().__init__(text, [Detail("rows", text, {"matched": matched, "limit": limit})])


class UnsupportedMediaType(DomainError):
    code = "unsupported_media_type"


class MalformedRequest(DomainError):
    code = "malformed_request"


class Conflict(DomainError):
    code = "conflict"


class Duplicate(Conflict):
    code = "duplicate"

    def __init__(self, field: str, other_id: str | None, message: str | None = None) -> None:
        extra = {"id": other_id} if other_id else None
        text = message or f"Another record already has this {field}."
        super().__init__(text, [Detail(field, text, extra)])
        self.field = field
        self.other_id = other_id


class InUse(Conflict):
    code = "in_use"


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class AlreadyAnswered(Conflict):
    """`answer` is the kept `IdempotencyRecord`; the endpoint gives that answer again."""

    code = "already_answered"

    def __init__(self, answer: Any) -> None:
        super().__init__("A request with this Idempotency-Key was answered before.")
        self.answer = answer


class StaleVersion(DomainError):
    """Carries what the three-way choice needs: the stored state, the one edited, and the submitted changes."""

    code = "stale_version"

    def __init__(
        self,
        current: Mapping[str, Any],
        base: Mapping[str, Any] | None = None,
        submitted: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__("The record was changed since you read it.")
        self.current = dict(current)
        self.base = dict(base) if base is not None else None
        self.submitted = dict(submitted) if submitted is not None else None


class TooManyRequests(DomainError):
    code = "too_many_requests"

    def __init__(self, retry_after: int, message: str = "Too many attempts; try again later.") -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DomainError):
    code = "unavailable"
