"""Write docs/openapi.json from the code, or check that it is what the code says.

python -m infra.openapi            write
python -m infra.openapi --check    exit 1 and name the first difference when it has drifted
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import os
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document_text() -> str:
    """The document of the whole application."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-3")
    import app  # noqa: F401  (registers every route)
    from chalicelib.handlers import openapi

    return openapi.document_text()


def drift(stored: str, current: str) -> str:
    """The first differing lines, empty when there are none."""
    lines = difflib.unified_diff(stored.splitlines(), current.splitlines(), "docs/openapi.json", "the code", "", "", 1)
    return "\n".join(itertools.islice(lines, 40))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file has drifted")
    current = document_text()
    if not parser.parse_args().check:
        PATH.write_text(current, encoding="utf-8")
        print(f"Wrote {PATH.name}, {len(current) / 1e3:.0f} kB")
        return
    stored = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    if difference := drift(stored, current):
        raise SystemExit(f"docs/openapi.json is not what the code says; run `make openapi`.\n{difference}")
    print("docs/openapi.json is up to date")


if __name__ == "__main__":
    main()
