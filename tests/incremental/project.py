"""The dbt project with what tests of incremental tables need: a clock, any spine, views of one window each.

What has settled goes by the table truepoint.test_clock instead of the server's clock, and the spine by the table
payments.test_spine, whose rows come in when the clock reaches `enters_at`.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.compiler.feature_database import NULLABLE
from tests.compiler.probe import VIEWS, add_purchases, add_view
from tests.projects import copy_project

if TYPE_CHECKING:
    import psycopg

# Views made of the probe's features of one window and offset. In these every feature reaches as far as its view does,
# so that an event more or less would be noticed.
REACHES: Final = {
    "probe_account": (("90s", "0s"), ("24h", "0s"), ("24h", "1h"), ("7d", "0s"), ("30d", "7d")),
    "probe_chargeback": (("7d", "0s"), ("24h", "1h"), ("30d", "5m")),
}
CLOCK_MACRO: Final = """
{% macro postgres__settled_time() %}
    {{ return('(select settled_at from truepoint.test_clock)') }}
{% endmacro %}
"""
TEST_SPINE_SQL: Final = """
with spine as (
    select spine_id, event_id, as_of, account_id, merchant_id, device_id, amount_minor, country
    from payments.test_spine
    where as_of <= {{ truepoint.settled_time() }} and enters_at <= {{ truepoint.settled_time() }}
)

{{ truepoint.new_rows('spine') }}
"""
TABLES: Final = """
create table truepoint.test_clock (settled_at timestamptz not null);
insert into truepoint.test_clock values ('2026-01-01Z');
create table payments.test_spine (
    spine_id text primary key,
    event_id text,
    as_of timestamptz not null,
    account_id text,
    merchant_id text,
    device_id text,
    amount_minor bigint,
    country text,
    enters_at timestamptz not null
);
insert into payments.test_spine values ('first', null, '2025-01-01Z', 'a', 'm', null, 1, null, '2025-01-01Z');
"""


def add_clock(project: Path) -> None:
    """Let a copy of the dbt project go by truepoint.test_clock."""
    (project / "macros").mkdir()
    (project / "macros" / "test_clock.sql").write_text(CLOCK_MACRO, encoding="utf-8")


def add_world(dbt_project: Path, copy: Path) -> None:
    """Copy the dbt project and add the clock, the spine, the probe's views, and some of one window and offset each."""
    copy_project(copy, source=dbt_project)
    add_clock(copy)
    (copy / "models" / "marts" / "spine_transactions.sql").write_text(TEST_SPINE_SQL, encoding="utf-8")
    add_purchases(copy / "models")
    features = copy / "models" / "features"
    for view, (entity, events, probes) in VIEWS.items():
        add_view(features, view, entity, events, probes)
        for window, offset in REACHES.get(view, ()):
            split = {
                f"s_{name}": probe
                for name, probe in probes.items()
                if (probe.meta["window"], probe.meta.get("offset", "0s")) == (window, offset)
            }
            add_view(features, f"{view}_{window}_{offset}", entity, events, split)


def create_tables(connection: "psycopg.Connection[Any]") -> None:
    """Create the clock and the spine's table, with one row; let the event tables hold nulls."""
    connection.execute(TABLES)
    for table, columns in NULLABLE.items():
        for column in columns:
            connection.execute(f"alter table payments.{table} alter column {column} drop not null")


def set_clock(connection: "psycopg.Connection[Any]", settled_at: datetime) -> None:
    """Let everything up to `settled_at` be settled."""
    connection.execute("update truepoint.test_clock set settled_at = %s", (settled_at,))
