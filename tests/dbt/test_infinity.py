"""A time that no calendar has is no value anywhere: one rule for dbt, server, parity, training set and lake."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
from psycopg.rows import dict_row
from pydantic import SecretStr

import truepoint
from consistency import compare
from feature_server.main import create_app
from feature_server.settings import load_server_settings
from tests.conftest import NewDatabase
from tests.dbt.small_world import START, STEP, insert_small_world
from tests.dbt_runner import DbtProject
from tests.feature_server.asgi import serving
from tests.projects import copy_project
from tests.truepoint.events.lake.world import all_rows, local_store
from truepoint.compiled.lake_sources import load_lake_sources
from truepoint.compiled.manifest import training_relation
from truepoint.compiled.registry import load_registry
from truepoint.events.lake import export_lake
from truepoint.settings import Settings

# Versions of account a1. The column says when an account closes.
VERSIONS: Final = """
insert into payments.accounts (
    account_version_id, account_id, customer_id, home_country, currency, opened_at, occurred_at, known_at
) values (%s, 'a1', 'any', 'EE', 'EUR', %s, %s, %s)
"""
OPENED: Final = datetime(2020, 1, 1, tzinfo=UTC)
CLOSES: Final = datetime(2030, 1, 1, tzinfo=UTC)
FEATURES: Final = """
      - {name: account_closes_at, description: When it closes., data_type: timestamptz,
         config: {meta: {feature: {attribute: opened_at}}}}
      - {name: account_closes_on, description: The day on which it closes., data_type: date,
         config: {meta: {feature: {attribute: opened_on}}}}
      - {name: account_closings, description: The latest two closings., data_type: "timestamptz[]",
         config: {meta: {feature: {aggregate: last_k, of: opened_at, k: 2, window: lifetime}}}}
      - {name: account_last_closing, description: The greatest., data_type: timestamptz,
         config: {meta: {feature: {aggregate: max, of: opened_at, window: lifetime}}}}
      - {name: account_closings_count, description: How many are on the calendar., data_type: bigint,
         config: {meta: {feature: {aggregate: count, of: opened_at, window: 300d}}}}
      - {name: account_never_closes, description: By a condition over its time., data_type: bigint,
         config: {meta: {feature: {aggregate: count, window: 300d, where: "opened_at > '2100-01-01T00:00:00Z'"}}}}
"""
NAMES: Final = [line.split("name: ")[1].split(",")[0] for line in FEATURES.splitlines() if "{name: " in line]


def extended_project(folder: Path) -> Path:
    """The payments project with features over times of accounts, in the service too."""
    copy_project(folder)
    for file, right, more in (
        ("features/account_profile.yml", "{attribute: home_country}}}\n", FEATURES.removeprefix("\n")),
        ("staging/stg_accounts.sql", "        opened_at,\n", "        opened_at::date as opened_on,\n"),
        ("staging/stg_accounts.yml", "UTC, never null.\n        data_type: timestamptz\n",
         "      - name: opened_on\n        description: Its day.\n        data_type: date\n"),
        ("services.yml", "features:\n", "".join(f"            - {name}\n" for name in NAMES)),
        ("marts/training_card_fraud.sql", "'account_features',\n", "        'account_profile',\n"),
    ):  # fmt: skip
        path = folder / "models" / file
        text = path.read_text("utf-8")
        assert right in text, file
        path.write_text(text.replace(right, right + more, 1), "utf-8")
    return folder


async def test_one_rule_holds_in_tables_server_parity_training_set_and_lake(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            insert_small_world(connection)
            for name, at, begun in (
                ("inf-1", "infinity", START - timedelta(days=20)),
                ("inf-2", "10000-01-01Z", START + 10 * STEP),
                ("inf-3", "0044-03-15Z BC", START + 20 * STEP),
                ("inf-4", str(CLOSES), START + 30 * STEP),
            ):
                connection.execute(VERSIONS, [name, at, begun, begun])
        project = DbtProject(extended_project(tmp_path / "dbt_project"), dsn, tmp_path / "target")
        output = project.run("build", "--select", "+training_card_fraud")
        assert re.search(r"WARN 3 truepoint_times_in_span_stg_accounts_", output), output
        manifest = project.compile_online()
        table = training_relation(manifest, "card_fraud")

        with psycopg.connect(dsn, row_factory=dict_row) as rows_of:
            rows: list[dict[str, Any]] = rows_of.execute(f"select * from {table} order by as_of").fetchall()
        mine = {
            (row["as_of"] - START) // STEP: [row[name] for name in NAMES] for row in rows if row["account_id"] == "a1"
        }
        assert mine[1] == [None, None, [None, OPENED], OPENED, 1, 0]  # infinity
        assert mine[11] == [None, None, [None, None], OPENED, 1, 0]  # and the year 10000
        assert mine[21] == [None, None, [None, None], OPENED, 1, 0]  # and before our era
        assert mine[31] == [CLOSES, CLOSES.date(), [CLOSES, None], CLOSES, 2, 0]

        service = load_registry(manifest).services["card_fraud"]
        async with serving(create_app(load_server_settings(dsn=dsn, manifest_path=manifest))) as client:
            report = await compare(
                service, dsn, table=table, url="http://server", rows=1000, seed=1, transport=client._transport
            )
        assert (report.rows, report.rows_failed) == (len(rows), 0)
        assert [feature.name for feature in report.features if feature.differing] == []
        assert set(NAMES) <= {feature.name for feature in report.features}

        online = tmp_path / "dbt_project" / "target" / "online" / "manifest.json"
        online.parent.mkdir(parents=True)
        shutil.copyfile(manifest, online)
        settings = Settings(dsn=SecretStr(dsn), data_dir=tmp_path / "data", dbt_project_dir=tmp_path / "dbt_project")
        asked = ["event_id", "as_of", "account_id", "merchant_id", "amount_minor", "country", "device_id"]
        spine = pa.Table.from_pylist([{name: row[name] for name in asked} for row in rows])
        answers = truepoint.training_set(spine, service="card_fraud", settings=settings).to_pylist()
        assert [[answer[name] for name in NAMES] for answer in answers] == [
            [row[name] for name in NAMES] for row in rows
        ]

        store = local_store(tmp_path / "lake")
        (made,) = export_lake(dsn, load_lake_sources(manifest), store)
        assert made.set_aside == {"payments.accounts": 3}
        opened_at = {
            row["account_version_id"]: row["opened_at"] for row in all_rows(store, 1, "payments/accounts").to_pylist()
        }
        assert [opened_at[f"inf-{n}"] for n in (1, 2, 3, 4)] == [None, None, None, CLOSES]
