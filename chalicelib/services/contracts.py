"""Contracts: what follows from signing, and what is due at first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.contracts import Contract
from chalicelib.domain.records import Record, Ref
from chalicelib.services.records import RecordService


class ContractService(RecordService[Contract]):
    """`signed_at` follows `signed` unless it is given; all of a new contract is due unless told otherwise."""

    def derived(
        self, before: Contract | None, state: Mapping[str, Any], referenced: Mapping[Ref, Record]
    ) -> Mapping[str, Any]:
        del referenced
        due = {"amount_due": state["total_amount"]} if before is None and "amount_due" not in state else {}
        signed, was_signed = bool(state.get("signed")), before is not None and before.signed
        if signed and not was_signed and not state.get("signed_at"):
            return {**due, "signed_at": self.clock.now()}
        return {**due, "signed_at": None} if was_signed and not signed else due
