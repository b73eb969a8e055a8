"""What truepoint reads from the environment. Every name starts with TRUEPOINT_."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings shared by all commands.

    dsn: URI of the Postgres to use; None starts the embedded one under data_dir.
    data_dir: folder of the embedded Postgres and of other local state.
    dbt_project_dir: the dbt project whose definitions are compiled and served.
    """

    model_config = SettingsConfigDict(env_prefix="TRUEPOINT_", frozen=True, extra="ignore")

    dsn: SecretStr | None = None
    data_dir: Path = Field(default=PROJECT_ROOT / ".truepoint")
    dbt_project_dir: Path = Field(default=PROJECT_ROOT / "dbt_project")

    @property
    def online_manifest_path(self) -> Path:
        """Where `dbt compile --target-path target/online` leaves the statements that the server runs."""
        return self.dbt_project_dir / "target" / "online" / "manifest.json"
