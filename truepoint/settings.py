"""What truepoint reads from the environment. Every name starts with TRUEPOINT_."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from truepoint.errors import SettingsError
from truepoint.postgres_uri import read_uri
from truepoint.setting_faults import describe_fault


def find_project_root(start: Path | None = None) -> Path:
    """Return the folder that holds dbt_project/dbt_project.yml.

    Looks from `start` (default: the working directory) upwards, then where this package lies (a checkout).
    Without any, it is `start` itself: an installed wheel used outside a project keeps its state there.
    """
    origin = (start or Path.cwd()).resolve()
    checkout = Path(__file__).resolve().parent.parent
    for folder in (origin, *origin.parents, checkout):
        if (folder / "dbt_project" / "dbt_project.yml").is_file():
            return folder
    return origin


class Settings(BaseSettings):
    """Settings shared by all commands.

    dsn: URI of the Postgres to use; None starts the embedded one under data_dir.
    data_dir: folder of the embedded Postgres and of other local state. Absolute.
    dbt_project_dir: the dbt project whose definitions are compiled and served. Absolute.
    lake: folder or URL of the lake, which `truepoint lake export` writes and Spark reads.
    """

    model_config = SettingsConfigDict(
        env_prefix="TRUEPOINT_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # a DSN holds a password
    )

    dsn: SecretStr | None = None
    data_dir: Path = Field(default_factory=lambda: find_project_root() / ".truepoint")
    dbt_project_dir: Path = Field(default_factory=lambda: find_project_root() / "dbt_project")
    lake: str | None = None

    @field_validator("dsn")
    @classmethod
    def _dsn_is_a_uri(cls, dsn: SecretStr | None) -> SecretStr | None:
        return None if dsn is None else require_uri(dsn)

    @field_validator("data_dir", "dbt_project_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        try:
            return folder.expanduser().resolve()
        except RuntimeError as error:
            raise ValueError(f"{folder} begins with ~, and there is no such account") from error

    @property
    def online_manifest_path(self) -> Path:
        """Where `dbt compile --target-path target/online` leaves the statements that the server runs."""
        return self.dbt_project_dir / "target" / "online" / "manifest.json"


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError that names the variable and says what is allowed."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            describe_fault(f"TRUEPOINT_{name.upper()}", fault, Settings.model_fields[name])
            for fault in error.errors()
            for name in [str(fault["loc"][0])]
        ]
        raise SettingsError("; ".join(problems)) from error


def require_uri(dsn: SecretStr) -> SecretStr:
    """Return `dsn`. Raises ValueError, without showing it, unless it is a URI that every part of truepoint can use."""
    read_uri(dsn.get_secret_value())
    return dsn
