"""The packaged, merged template: what is deployed, not what its parts promise."""

from __future__ import annotations

import json

import pytest

from infra import package
from tests.support.merged_template import MergedTemplate


@pytest.fixture(scope="session")
def template() -> MergedTemplate:
    package.package()
    return MergedTemplate(json.loads(package.TEMPLATE.read_text()))
