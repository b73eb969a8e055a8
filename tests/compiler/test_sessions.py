"""dbt, the server and training sets under settings that would move values: each side sets its own."""

import random
import re
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import SecretStr

from feature_server.main import create_app
from feature_server.settings import load_server_settings
from tests.compiler.typed_project import TABLES, write_project
from tests.compiler.typed_world import expected_values, plain, some_asks, some_orders, write
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.feature_server.asgi import serving
from tests.projects import MACROS
from truepoint.postgres.session import VALUE_SETTINGS
from truepoint.settings import Settings
from truepoint.training_sets import training_set

HOSTILE: Final = {
    "TimeZone": "America/New_York",
    "DateStyle": "German, DMY",
    "IntervalStyle": "sql_standard",
    "extra_float_digits": "-15",
    "search_path": "evil, pg_catalog, public",
    "transform_null_equals": "on",
    "standard_conforming_strings": "off",
}
# A square root that is found before that of Postgres.
EVIL: Final = """
create schema evil;
create function evil.sqrt(double precision) returns double precision language sql immutable as 'select 42.0';
create function evil.isfinite(date) returns boolean language sql immutable as 'select false';
"""
SPINE_SCHEMA: Final = pa.schema(
    [
        ("event_id", pa.int64()),
        ("as_of", pa.timestamp("us", "UTC")),
        ("customer", pa.string()),
        ("store", pa.int64()),
        ("party", pa.int16()),
        ("ships_on", pa.date32()),
        ("gift_ref", pa.string()),
        ("wish", pa.string()),
    ]
)


async def test_values_are_those_of_the_oracle_under_a_hostile_role(new_database: NewDatabase, tmp_path: Path) -> None:
    choose = random.Random(11)
    orders = some_orders(choose)
    asks = some_asks(choose, orders)
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLES)
            connection.execute(EVIL)
            write(connection, "orders", orders)
            write(connection, "asks", asks)
            for name, value in HOSTILE.items():
                role = sql.SQL("alter role current_user in database {} set {} = {}")
                values = sql.SQL(value) if name == "search_path" else sql.Literal(value)
                database, setting = sql.Identifier(connection.info.dbname), sql.Identifier(name)
                connection.execute(role.format(database, setting, values))
        project = DbtProject(folder=write_project(tmp_path / "project"), dsn=dsn, target_path=tmp_path / "target")
        project.run("build")
        manifest_path = project.compile_online()
        with psycopg.connect(dsn, row_factory=dict_row) as connection:
            zone = connection.execute("show timezone").fetchone()
            assert zone == {"TimeZone": "America/New_York"}
            connection.execute("set datestyle = 'ISO'")
            rows = connection.execute("select * from truepoint_features.training_orders", binary=True).fetchall()
        training = {row["spine_id"]: row for row in rows}

        (tmp_path / "project" / "target" / "online").mkdir(parents=True)
        shutil.copyfile(manifest_path, tmp_path / "project" / "target" / "online" / "manifest.json")
        settings = Settings(dsn=SecretStr(dsn), data_dir=tmp_path / "data", dbt_project_dir=tmp_path / "project")
        names = [name for name in asks[0] if name != "spine_id"]
        spine = pa.Table.from_pylist([{name: plain(ask[name]) for name in names} for ask in asks], schema=SPINE_SCHEMA)
        computed = training_set(spine, service="orders", settings=settings).to_pylist()

        body = {"service": "orders", "rows": [{name: as_json(ask[name]) for name in names} for ask in asks]}
        async with serving(create_app(load_server_settings(dsn=dsn, manifest_path=manifest_path))) as client:
            response = await client.post("/v1/features", json=body)
        assert response.status_code == 200, response.text
        answered = [row["values"] for row in response.json()["rows"]]

    for place, ask in enumerate(asks):
        expected = {name: as_json(value) for name, value in expected_values(orders, ask).items()}
        for form, given in (
            ("training", training[ask["spine_id"]]),
            ("over_spine", computed[place]),
            ("online", answered[place]),
        ):
            wrong = {
                name: (value, given[name])
                for name, value in expected.items()
                if as_number(value) != as_number(as_json(given[name]))
            }
            assert not wrong, (form, ask)


def as_json(value: Any) -> Any:
    """A value as a request or an answer has it."""
    if isinstance(value, list):
        return [as_json(element) for element in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, Decimal | UUID | date) else value


def as_number(value: Any) -> Any:
    """A decimal's text without the zeros at its end, which are no value."""
    if isinstance(value, list):
        return [as_number(element) for element in value]
    return (
        Decimal(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?", value) else value
    )


def test_dbt_and_the_server_set_the_same() -> None:
    source = (MACROS / "build" / "set_session.sql").read_text(encoding="utf-8")
    body = source[: source.index("endmacro")]
    assert dict(re.findall(r"'(\w+)': '([^']*)'", body)) == VALUE_SETTINGS
