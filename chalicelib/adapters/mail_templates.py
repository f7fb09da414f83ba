"""Our own account mails, from Jinja2 templates: `<name>.<locale>.txt` (first line: the subject) and `.html`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chalicelib.domain.mails import Mail

_FOLDER = Path(__file__).resolve().parent.parent / "templates" / "mail"


class JinjaMailTemplates:
    """`MailTemplates`. Values are escaped in HTML; a missing one is an error."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, locale: str, to: str, values: Mapping[str, str]) -> Mail:
        context = {**values, "link": self._public_url + values["path"], "home": self._public_url}
        text = self._environment.get_template(f"{template}.{locale}.txt").render(context)
        subject, _, body = text.partition("\n")
        html = self._environment.get_template(f"{template}.{locale}.html").render(context, subject=subject.strip())
        return Mail(to, subject.strip(), html, body.strip() + "\n")
