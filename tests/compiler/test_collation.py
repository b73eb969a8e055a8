"""Text goes by its bytes, whatever the database's own order is: both forms, in a database of Estonian order."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.compiler.agreement import check_agreement
from tests.compiler.feature_database import compiled_over
from tests.conftest import TEST_SERVER_SETTINGS
from tests.oracle.card_fraud import AccountVersion
from tests.projects import copy_project, macros_of
from tests.worlds.payments import NOON, transaction, world
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.warehouse import install_schema

# By their bytes "Z" comes before "a", in Estonian order after it.
VERSION = AccountVersion("Z", "a", "EE", NOON - timedelta(hours=1), NOON - timedelta(hours=1))
TIED = world(
    transaction("t", NOON - timedelta(hours=1)),
    account_versions=(VERSION, replace(VERSION, account_version_id="a", home_country="FI")),
)


@pytest.fixture
def estonian_dsns(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """URIs of two databases with the payments schema, whose text goes by Estonian order; on a server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="truepoint-estonian-"))
    folder.chmod(0o755)  # the server may run as another account
    subprocess.run(["localedef", "-i", "et_EE", "-f", "UTF-8", folder / "et_EE.UTF-8"], check=True)
    monkeypatch.setenv("LOCPATH", str(folder))
    server = EmbeddedPostgres(folder / "postgres", extra_settings=TEST_SERVER_SETTINGS)
    try:
        server.start()
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            for name in ("right", "wrong"):
                connection.execute(
                    sql.SQL(
                        "create database {} template template0 encoding 'UTF8'"
                        " locale_provider libc locale 'et_EE.UTF-8'"
                    ).format(sql.Identifier(name))
                )
                install_schema(server.dsn(name))
        yield server.dsn("right"), server.dsn("wrong")
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_ties_go_by_bytes_and_a_compiler_that_leaves_that_to_the_database_is_caught(
    estonian_dsns: tuple[str, str], tmp_path: Path
) -> None:
    right, wrong = estonian_dsns
    with psycopg.connect(right) as connection:
        assert connection.execute("select 'a' < 'Z', 'a' collate \"C\" < 'Z'").fetchone() == (True, False)
    copy_project(tmp_path / "right")
    with compiled_over(right, tmp_path / "right", tmp_path / "target") as features:
        check_agreement(features, TIED)
    copy_project(tmp_path / "wrong")
    macro = macros_of(tmp_path / "wrong") / "dialect" / "text.sql"
    text = macro.read_text(encoding="utf-8")
    assert text.count("return(text ~ ' collate \"C\"')") == 1
    macro.write_text(text.replace("return(text ~ ' collate \"C\"')", "return(text)"), encoding="utf-8")
    with (
        compiled_over(wrong, tmp_path / "wrong", tmp_path / "target_wrong") as features,
        pytest.raises(AssertionError, match="the oracle says"),
    ):
        check_agreement(features, TIED)
