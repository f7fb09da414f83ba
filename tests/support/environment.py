"""The environment every test process runs in: no real account, no real network, one region."""

from __future__ import annotations

import os

REGION = "eu-west-3"
ACCOUNT = "123456789012"

AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    # With account based endpoints the emulators would not recognise the stream's addresses.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_METRICS_NAMESPACE": "AlforisCRM",
    "POWERTOOLS_TRACE_DISABLED": "true",
}

# A developer's own configuration must not leak into the tests.
_FOREIGN = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_CA_BUNDLE")


def apply_environment() -> None:
    """Put the test environment into this process; call it before any AWS client is made."""
    for name in _FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(AWS_ENVIRONMENT)
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_CONFIG_FILE"] = os.devnull
