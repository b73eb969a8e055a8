"""What truepoint reads from the environment. Every name starts with TRUEPOINT_."""

from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from truepoint.bundled import dbt_package
from truepoint.errors import SettingsError
from truepoint.postgres_uri import read_uri
from truepoint.setting_faults import describe_fault

_USUAL_NAME: Final = "dbt_project"


def nearest_dbt_project(start: Path | None = None) -> Path | None:
    """The folder of the nearest dbt_project.yml, or None.

    Looks in `start` (default: the working directory) and upwards; in each folder, beside the file itself, for a project
    in its folder dbt_project.
    """
    origin = (start or Path.cwd()).resolve()
    for folder in (origin, *origin.parents):
        for project in (folder, folder / _USUAL_NAME):
            if (project / "dbt_project.yml").is_file() and not _is_package(project):
                return project
    return None


def find_dbt_project() -> Path | None:
    """The dbt project that commands work on: the nearest one; without one, in a clone, the payments project."""
    checkout = dbt_package().parent / _USUAL_NAME
    return nearest_dbt_project() or (checkout if (checkout / "dbt_project.yml").is_file() else None)


def root_of(project: Path) -> Path:
    """The folder that keeps a project's local state: its own, or the one above a project named dbt_project."""
    return project.parent if project.name == _USUAL_NAME else project


def _is_package(project: Path) -> bool:
    """Whether a project is one that others use: installed by `dbt deps`, or the compiler itself."""
    return "dbt_packages" in project.parts or project == dbt_package()


class Settings(BaseSettings):
    """Settings shared by all commands.

    dsn: URI of the Postgres to use; None starts the embedded one under data_dir.
    dbt_project_dir: the dbt project whose definitions are compiled and served. Absolute.
    data_dir: folder of the embedded Postgres and of other local state. Absolute.
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
    dbt_project_dir: Path = Field(default_factory=lambda: find_dbt_project() or Path.cwd() / _USUAL_NAME)
    data_dir: Path = Field(
        default_factory=lambda given: root_of(given.get("dbt_project_dir", Path.cwd())) / ".truepoint"
    )
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
        """Where `dbt compile --target-path target/online` leaves the statements that the server runs.

        Raises SettingsError where there is no dbt project.
        """
        self.require_project()
        return self.dbt_project_dir / "target" / "online" / "manifest.json"

    @property
    def plan_manifest_path(self) -> Path:
        """Where `truepoint plan` compiles to."""
        return self.dbt_project_dir / "target" / "plan" / "manifest.json"

    def require_project(self) -> None:
        """Raises SettingsError where there is no folder of a dbt project."""
        if not self.dbt_project_dir.is_dir():
            raise SettingsError(
                f"there is no dbt project at {self.dbt_project_dir}. `truepoint init` begins one in the folder you are "
                "in. Commands find the project of the folder they run in, or of one above it, or of "
                "TRUEPOINT_DBT_PROJECT_DIR."
            )


def load_settings() -> Settings:
    """Read the environment. Raises SettingsError that names the variable and says what is allowed."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            describe_fault(f"TRUEPOINT_{name.upper()}", fault, Settings.model_fields[name])
            for fault in error.errors()
            for name in [str(fault["loc"][0])]
            if fault["type"] != "default_factory_not_called"  # what it waits for is told
        ]
        raise SettingsError("; ".join(problems)) from error


def require_uri(dsn: SecretStr) -> SecretStr:
    """Return `dsn`. Raises ValueError, without showing it, unless it is a URI that every part of truepoint can use."""
    read_uri(dsn.get_secret_value())
    return dsn
