"""The shop's database: its tables, rows, and the history of the table that is updated in place."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from truepoint.postgres.guards import ground_statements
from truepoint.postgres.history_tables import history_table_statements, read_changing_table

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).resolve().parent
CORNER_SHOP: Final = FOLDER / "corner_shop"

# What customers were before their history began, as the shop's owner loads it: two versions of each.
HISTORY: Final = """
insert into shop.customers_history ("customerId", tier, city, since, version_is_deleted, version_at, version_known_at)
select
    n, tier::shop.tier, 'Tartu', date '2025-05-01', false, began_at, began_at + interval '2 hours'
from generate_series(0, greatest(%(orders)s / 25, 1) - 1) as n
cross join lateral (
    values
        ('new', timestamptz '2025-05-01 00:00:00Z'),
        (case when n %% 2 = 0 then 'gold' else 'plain' end, timestamptz '2025-05-20 00:00:00Z' + n * interval '1 hour')
) as versions (tier, began_at)
"""


def make_shop(dsn: str, *, orders: int) -> None:
    """Make the tables, and fill them with `orders` orders of 60 days, and what belongs to them."""
    with psycopg.connect(dsn) as connection:
        connection.execute((FOLDER / "shop.sql").read_bytes())
        changing = read_changing_table(connection, "shop", "customers", ("customerId",))
        connection.execute(ground_statements().encode())
        for statement in history_table_statements(changing):
            connection.execute(statement)
        for insert in _statements(FOLDER / "rows.sql"):
            connection.execute(insert, {"orders": orders})
        connection.execute("set local truepoint.load_history = 'on'")
        connection.execute(HISTORY, {"orders": orders})
        connection.execute("analyze")  # as autovacuum would have done to tables that are not of this minute


def _statements(path: Path) -> "Iterator[Any]":
    for statement in path.read_bytes().split(b";\n"):
        if statement.strip():
            yield statement
