"""What the guard of an event table costs each row: live, and in a load of history with and without replica role."""

import statistics
import sys
import time
from typing import Final

import psycopg

from benchmarks.runs import own_database
from truepoint.postgres.guards import ground_statements, install_guard, read_guarded_table
from truepoint.postgres.warehouse import ensure_warehouse
from truepoint.settings import Settings

DATABASE: Final = "truepoint_guard_benchmark"
REPEATS: Final = 3
TABLE: Final = (
    "create table {} (id bigint primary key, occurred_at timestamptz not null, known_at timestamptz not null)"
)
LOAD: Final = "set truepoint.load_history = on"
REPLICA: Final = "set session_replication_role = replica"
# Name, table, settings.
CASES: Final = (
    ("no guard", "bare", ()),
    ("guard, live", "guarded", ()),
    ("guard, load of history", "guarded", (LOAD,)),
    ("guard, load in replica role, as truepoint's loaders do", "guarded", (LOAD, REPLICA)),
)


def main(rows: int) -> None:
    """Measure, and print a table."""
    with (
        own_database(ensure_warehouse(Settings()), DATABASE) as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        connection.execute(ground_statements().encode())
        for table in ("bare", "guarded"):
            connection.execute(TABLE.format(table).encode())
        install_guard(connection, read_guarded_table(connection, "public", "guarded", "known_at"))
        seconds: dict[str, list[float]] = {name: [] for name, _, _ in CASES}
        for _ in range(REPEATS):
            for name, table, settings in CASES:
                seconds[name].append(_insert(connection, table, settings, rows))
    bare = statistics.median(seconds["no guard"])
    print(f"{rows:,} rows, median of {REPEATS}:")
    for name, of_case in seconds.items():
        median = statistics.median(of_case)
        print(f"{name:55} {median:6.2f} s {median / bare:6.2f} times {(median - bare) / rows * 1e6:6.2f} us a row more")


def _insert(
    connection: "psycopg.Connection[tuple[object, ...]]", table: str, settings: tuple[str, ...], rows: int
) -> float:
    connection.execute("reset session_replication_role")
    connection.execute(LOAD)
    connection.execute(f"truncate {table}".encode())
    connection.execute("reset truepoint.load_history")
    for setting in settings:
        connection.execute(setting.encode())
    started = time.perf_counter()
    connection.execute(
        f"insert into {table} select number, now(), now() from generate_series(1, %s) as number".encode(), (rows,)
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
