"""What the server reads from the environment. Every name starts with TRUEPOINT_SERVER_, but for TRUEPOINT_DSN."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from truepoint.errors import SettingsError
from truepoint.setting_faults import describe_fault
from truepoint.settings import load_settings as load_shared_settings
from truepoint.settings import require_uri

_DSN_VARIABLE: Final = "TRUEPOINT_DSN"
_PREFIX: Final = "TRUEPOINT_SERVER_"


class FeatureServerSettings(BaseSettings):
    """Settings of one server process.

    dsn: URI of the Postgres to ask; there is no default. From TRUEPOINT_DSN, as everywhere in truepoint.
    manifest_path: the online manifest; its default is the one of the dbt project.
    connect_timeout_seconds: to wait for a connection, be it a free one of the pool or a new one.
    statement_timeout_seconds: for all statements of one request. Postgres cancels at this time; half a second later
        the server gives up by itself, which is what ends a request to a Postgres that hangs.
    max_waiting: requests under way beyond those that have a connection; any more are told at once to come again.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # a DSN holds a password
    )

    dsn: SecretStr = Field(validation_alias=_DSN_VARIABLE)
    manifest_path: Path = Field(default_factory=lambda: load_shared_settings().online_manifest_path)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    pool_size: int = Field(default=8, ge=1, le=1000)
    connect_timeout_seconds: float = Field(default=1.5, gt=0, le=60)
    statement_timeout_seconds: float = Field(default=10.0, ge=0.01, le=600)
    shutdown_timeout_seconds: int = Field(default=10, ge=1, le=600)
    retry_after_seconds: int = Field(default=1, ge=1, le=3600)
    max_rows: int = Field(default=1000, ge=1, le=100_000)
    max_waiting: int = Field(default=32, ge=0, le=100_000)
    body_timeout_seconds: float = Field(default=10.0, gt=0, le=600)
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)  # 1,000 rows of twenty fields are some 0.7 MiB

    @field_validator("dsn")
    @classmethod
    def _dsn_is_a_uri(cls, dsn: SecretStr) -> SecretStr:
        return require_uri(dsn)


def load_server_settings(**overrides: object) -> FeatureServerSettings:
    """Read the environment; `overrides` win over it. Raises SettingsError that names each variable and its fault."""
    try:
        return FeatureServerSettings(**overrides)  # type: ignore[arg-type]  # pydantic checks each of them
    except ValidationError as error:
        raise SettingsError("; ".join(_problem(fault) for fault in error.errors())) from error


def unknown_variables() -> dict[str, str | None]:
    """Return the variables with this server's prefix that it does not know, each with the most similar known one."""
    known = [name.upper() for name in FeatureServerSettings.model_fields if name != "dsn"]
    similar = {}
    for variable in sorted(os.environ):
        name = variable.upper().removeprefix(_PREFIX)
        if variable.upper().startswith(_PREFIX) and name not in known:
            matches = get_close_matches(name, known, n=1)
            similar[variable] = f"{_PREFIX}{matches[0]}" if matches else None
    return similar


def _problem(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    is_dsn = name in ("dsn", _DSN_VARIABLE)
    if is_dsn and fault["type"] == "missing":
        return (
            f"{_DSN_VARIABLE} is not set, and the server has no default for it. "
            "Start it by `truepoint serve`, or first run: export TRUEPOINT_DSN=$(truepoint dsn)"
        )
    field = FeatureServerSettings.model_fields["dsn" if is_dsn else name]
    return describe_fault(_DSN_VARIABLE if is_dsn else f"{_PREFIX}{name.upper()}", fault, field)
