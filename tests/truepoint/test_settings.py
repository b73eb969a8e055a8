"""What is read from the environment, and where a project is found."""

from pathlib import Path

import pytest

from truepoint.errors import SettingsError
from truepoint.settings import find_project_root, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRUEPOINT_DSN", "TRUEPOINT_DATA_DIR", "TRUEPOINT_DBT_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_project_is_found_from_a_folder_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "dbt_project" / "models"
    models.mkdir(parents=True)
    (tmp_path / "dbt_project" / "dbt_project.yml").touch()
    monkeypatch.chdir(models)
    settings = load_settings()
    assert settings.dbt_project_dir == tmp_path / "dbt_project"
    assert settings.data_dir == tmp_path / ".truepoint"


def test_without_any_project_state_is_kept_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truepoint.settings.__file__", str(tmp_path / "site-packages" / "truepoint" / "settings.py"))
    assert find_project_root(tmp_path) == tmp_path


def test_folders_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUEPOINT_DATA_DIR", "here")
    assert load_settings().data_dir == tmp_path / "here"


def test_a_folder_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DATA_DIR", "~no-such-account/data")
    with pytest.raises(SettingsError, match="TRUEPOINT_DATA_DIR: ~no-such-account/data begins with ~"):
        load_settings()


def test_empty_dsn_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", "")
    assert load_settings().dsn is None


def test_dsn_that_is_no_uri_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", "host=db password=s3cret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == "TRUEPOINT_DSN: must be a URI such as postgresql://user:password@host:5432/database"
