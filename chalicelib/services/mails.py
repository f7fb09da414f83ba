"""Account mails: each one-time token that brings a mail is sent at most once.

A mail is claimed before it is sent. A definite refusal for now gives the claim back and lets the queue try again; an
unknown outcome (no answer) stays claimed: a mail too few is asked for again, two confuse.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from chalicelib.domain.identity import EVENTS, IdentityStore, OneTimeToken, Purpose
from chalicelib.domain.mails import Mail, MailClaims, Mailer, MailTemplates, OutcomeUnknown, Rejected, TryLater
from chalicelib.domain.ports import Clock
from chalicelib.domain.tokens import Keys, write_one_time_token

CLAIMS_KEPT = timedelta(days=30)

Outcome = Literal["sent", "rejected", "unknown", "repeated", "outdated"]

_PAGES = {
    Purpose.PASSWORD_RESET: "reset-password",
    Purpose.INVITATION: "invitation",
    Purpose.NOTICE: "forgot-password",
    Purpose.SECOND_FACTOR_RESET: "login",
}
_NOTICES = frozenset({Purpose.NOTICE, Purpose.SECOND_FACTOR_RESET})


class MailService:
    def __init__(
        self,
        store: IdentityStore,
        claims: MailClaims,
        templates: MailTemplates,
        mailer: Mailer,
        keys: Callable[[], Keys],
        clock: Clock,
    ) -> None:
        self._store = store
        self._claims = claims
        self._templates = templates
        self._mailer = mailer
        self._keys = keys
        self._clock = clock

    def deliver(self, token_id: str) -> Outcome:
        """Send the mail of the token. Raises `TryLater` when the queue should deliver the event again."""
        token = self._store.token(token_id)
        now = self._clock.now()
        if token is None or token.expires_at <= now or token.purpose not in EVENTS:
            return "outdated"
        mail = self._mail(token)
        if not self._claims.claim(token.id, now, CLAIMS_KEPT):
            return "repeated"
        outcome = self._send(mail, token.id)
        self._claims.settle(token.id, outcome)
        return outcome

    def _send(self, mail: Mail, id: str) -> Outcome:
        try:
            self._mailer.send(mail, id)
        except TryLater:
            self._claims.settle(id, "released")
            raise
        except Rejected:
            return "rejected"
        except OutcomeUnknown:
            return "unknown"
        return "sent"

    def _mail(self, token: OneTimeToken) -> Mail:
        """The link carries its token behind a #, which browsers keep from servers and their logs."""
        page = _PAGES[token.purpose]
        secret = "" if token.purpose in _NOTICES else f"#token={write_one_time_token(self._keys(), token.id)}"
        values = {"name": token.name, "path": f"/{page}{secret}"}
        return self._templates.render(token.purpose.value, token.locale, token.email, values)
