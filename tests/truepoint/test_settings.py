"""What is read from the environment, and where a project is found."""

from pathlib import Path

import pytest

from tests.projects import DBT_PACKAGE, DBT_PROJECT
from truepoint.errors import SettingsError
from truepoint.settings import load_settings


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


def test_a_project_in_its_own_folder_keeps_its_state_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path / "shop" / "models"
    models.mkdir(parents=True)
    (tmp_path / "shop" / "dbt_project.yml").touch()
    monkeypatch.chdir(models)
    settings = load_settings()
    assert settings.dbt_project_dir == tmp_path / "shop"
    assert settings.data_dir == tmp_path / "shop" / ".truepoint"


def test_the_folder_of_the_environment_decides_where_state_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path / "shop"))
    assert load_settings().data_dir == tmp_path / "shop" / ".truepoint"


def test_packages_of_a_project_are_not_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shop" / "dbt_packages" / "dbt_utils"
    package.mkdir(parents=True)
    (tmp_path / "shop" / "dbt_project.yml").touch()
    (package / "dbt_project.yml").touch()
    monkeypatch.chdir(package)
    assert load_settings().dbt_project_dir == tmp_path / "shop"


def test_in_the_compiler_s_folder_it_is_the_payments_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DBT_PACKAGE)
    assert load_settings().dbt_project_dir == DBT_PROJECT


def test_without_any_project_state_is_kept_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truepoint.settings.dbt_package", lambda: tmp_path / "site-packages" / "_dbt_package")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.data_dir == tmp_path / ".truepoint"
    with pytest.raises(SettingsError, match=rf"^there is no dbt project at {tmp_path}/dbt_project. `truepoint init` "):
        _ = settings.online_manifest_path


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
