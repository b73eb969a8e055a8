"""What the server reads from the environment. Every name starts with TRUEPOINT_SERVER_, but for TRUEPOINT_DSN."""

from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from truepoint.errors import SettingsError
from truepoint.settings import load_settings as load_shared_settings

_DSN_VARIABLE: Final = "TRUEPOINT_DSN"


class FeatureServerSettings(BaseSettings):
    """Settings of one server process.

    dsn: URI of the Postgres to ask; there is no default. From TRUEPOINT_DSN, as everywhere in truepoint.
    manifest_path: the online manifest; its default is the one of the dbt project.
    connect_timeout_seconds: to wait for a connection, be it a free one of the pool or a new one.
    statement_timeout_seconds: for all statements of one request. Postgres cancels at this time; half a second later
        the server gives up by itself, which is what ends a request to a Postgres that hangs.
    """

    model_config = SettingsConfigDict(
        env_prefix="TRUEPOINT_SERVER_",
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
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)  # 1,000 rows of twenty fields are some 0.7 MiB


def load_server_settings(**overrides: object) -> FeatureServerSettings:
    """Read the environment; `overrides` win over it. Raises SettingsError that names each variable and its fault."""
    try:
        return FeatureServerSettings(**overrides)  # type: ignore[arg-type]  # pydantic checks each of them
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_problem(str(fault["loc"][0]), fault["msg"]) for fault in error.errors())
        ) from error


def _problem(name: str, message: str) -> str:
    if name in ("dsn", _DSN_VARIABLE):
        return (
            f"{_DSN_VARIABLE} is not set, and the server has no default for it. "
            "Start it by `truepoint serve`, or first run: export TRUEPOINT_DSN=$(truepoint dsn)"
        )
    return f"TRUEPOINT_SERVER_{name.upper()}: {message}"
