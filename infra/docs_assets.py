"""Put the viewers of the API's documentation (Swagger UI, Redoc) into the package, from locked npm packages."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from infra import node

_ROOT = Path(__file__).resolve().parent.parent
_NPM = Path(__file__).parent / "docs-assets"
TARGET = _ROOT / "chalicelib" / "static"

FILES = {
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-LICENSE.txt": "swagger-ui-dist/LICENSE",
    "redoc.standalone.js": "redoc/bundles/redoc.standalone.js",
    "redoc-LICENSE.txt": "redoc/LICENSE",
}


def place() -> None:
    """Make chalicelib/static hold the locked files; does nothing when it does already."""
    lock = hashlib.sha256((_NPM / "package-lock.json").read_bytes()).hexdigest()
    stamp = TARGET / ".lock.sha256"
    if stamp.exists() and stamp.read_text() == lock and all((TARGET / name).exists() for name in FILES):
        return
    try:
        node.run(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"], _NPM)
    except node.NodeMissing as missing:
        raise SystemExit(str(missing)) from None
    except subprocess.CalledProcessError as failure:
        raise SystemExit(f"npm ci failed in {_NPM.relative_to(_ROOT)}:\n{failure.stderr}") from None
    TARGET.mkdir(exist_ok=True)
    for name, source in FILES.items():
        shutil.copy(_NPM / "node_modules" / source, TARGET / name)
    stamp.write_text(lock)


if __name__ == "__main__":
    place()
