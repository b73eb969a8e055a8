"""Text goes by its bytes, whatever the database's own order is: both forms, in a database of Estonian order."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.compiler.agreement import check_agreement
from tests.compiler.feature_database import compiled_over
from tests.conftest import with_database
from tests.oracle.card_fraud import AccountVersion
from tests.projects import copy_project, macros_of
from tests.worlds.payments import NOON, transaction, world
from truepoint.postgres.warehouse import install_schema

# By their bytes "Z" comes before "a", in Estonian order after it.
VERSION = AccountVersion("Z", "a", "EE", NOON - timedelta(hours=1), NOON - timedelta(hours=1))
TIED = world(
    transaction("t", NOON - timedelta(hours=1)),
    account_versions=(VERSION, replace(VERSION, account_version_id="a", home_country="FI")),
)


@pytest.fixture
def estonian_dsn(postgres_dsn: str) -> Iterator[str]:
    """URI of a database with the payments schema, whose text goes by Estonian order."""
    name = f"estonian_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL(
                "create database {} template template0 encoding 'UTF8' locale_provider icu icu_locale 'et-EE'"
            ).format(sql.Identifier(name))
        )
        dsn = with_database(postgres_dsn, name)
        try:
            install_schema(dsn)
            yield dsn
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_ties_go_by_bytes_and_a_compiler_that_leaves_that_to_the_database_is_caught(
    estonian_dsn: str, tmp_path: Path
) -> None:
    with psycopg.connect(estonian_dsn) as connection:
        assert connection.execute("select 'a' < 'Z', 'a' collate \"C\" < 'Z'").fetchone() == (True, False)
    copy_project(tmp_path / "right")
    with compiled_over(estonian_dsn, tmp_path / "right", tmp_path / "target") as features:
        check_agreement(features, TIED)
    copy_project(tmp_path / "wrong")
    macro = macros_of(tmp_path / "wrong") / "dialect" / "text.sql"
    text = macro.read_text(encoding="utf-8")
    assert text.count("return(text ~ ' collate \"C\"')") == 1
    macro.write_text(text.replace("return(text ~ ' collate \"C\"')", "return(text)"), encoding="utf-8")
    with (
        compiled_over(estonian_dsn, tmp_path / "wrong", tmp_path / "target_wrong") as features,
        pytest.raises(AssertionError, match="the oracle says"),
    ):
        check_agreement(features, TIED)
