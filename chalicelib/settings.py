"""The process settings, read once from the environment; nothing else reads `os.environ`."""

from __future__ import annotations

import os
from functools import cache

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Each field is the environment variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    stage: str = Field(min_length=1)
    table_name: str = Field(min_length=3)
    index_bucket: str = Field(min_length=3)
    files_bucket: str = Field(min_length=3)
    event_bus_name: str = Field(min_length=1)
    index_queue_url: str = Field(min_length=1)
    mail_queue_url: str = Field(min_length=1)
    access_queue_url: str = Field(min_length=1)
    auth_secret_id: str = Field(min_length=1)
    public_url: str = Field(min_length=1)
    mail_sender: str = Field(min_length=3)
    websocket_endpoint: str = ""
    sentry_dsn: str = ""
    log_level: str = "INFO"


@cache
def get_settings() -> Settings:
    """The settings of this process; raises `pydantic.ValidationError` naming what is missing."""
    names = Settings.model_fields
    return Settings.model_validate({n: os.environ[n.upper()] for n in names if n.upper() in os.environ})
