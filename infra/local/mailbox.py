"""The page that shows what the local cloud's SES has been given to send."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

Mail = dict[str, Any]
"""A message as MiniStack lists it: Source, To, Subject, BodyText, BodyHtml, Timestamp in seconds or ISO form."""

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330 }
article { border: 1px solid #d5dae3; border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0 }
h2 { font-size: 1.05rem; margin: 0 } .meta { color: #5b6474; font-size: .875rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .75rem 0 0 }
"""

_LINK = re.compile(r"https?://[^\s<>\"']+")


def page(mails: list[Mail]) -> str:
    """All messages as one HTML page, the newest first."""
    newest_first = sorted(mails, key=lambda mail: str(mail.get("Timestamp", "")), reverse=True)
    articles = "".join(_article(mail) for mail in newest_first) or "<p>No mail has been sent yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailbox</title>'
        f"<style>{_STYLE}</style><h1>Mailbox</h1>{articles}</html>"
    )


def _article(mail: Mail) -> str:
    to = ", ".join([*mail.get("To", []), *mail.get("CC", []), *mail.get("BCC", [])])
    text = mail.get("BodyText") or _text_of(mail.get("BodyHtml") or "")
    return (
        f"<article><h2>{escape(mail.get('Subject') or '(no subject)')}</h2>"
        f'<p class="meta">to {escape(to)}, from {escape(mail.get("Source") or "")}, {escape(_moment(mail))}</p>'
        f"<pre>{_with_links(text)}</pre></article>"
    )


def _text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"(?i)<br\s*/?>|</p>", "\n", html))


def _with_links(text: str) -> str:
    pieces, end = [], 0
    for found in _LINK.finditer(text):
        link = escape(found.group())
        pieces += [escape(text[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _moment(mail: Mail) -> str:
    stamp = mail.get("Timestamp", "")
    if isinstance(stamp, int | float):
        return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return str(stamp)
