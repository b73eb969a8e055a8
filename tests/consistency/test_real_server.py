"""The whole way: a sample, dbt's training table, the real server; equal, and a planted fault is found."""

import psycopg

from consistency import compare
from feature_server.main import create_app
from feature_server.settings import load_server_settings
from tests.dbt_runner import DbtProject
from tests.feature_server.asgi import serving
from truepoint.compiled.manifest import training_relation
from truepoint.compiled.registry import load_registry
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions

ROWS = 2_000


async def test_the_training_table_equals_the_servers_answers_until_one_value_is_changed(
    dbt_project: DbtProject, database_dsn: str
) -> None:
    # Few keys, so that windows hold events; many of a sample's events become known late.
    load_sample(database_dsn, SampleOptions(rows=ROWS, days=20, customers=30, accounts=40, merchants=20))
    dbt_project.run("run")
    manifest_path = dbt_project.compile_online()
    service = load_registry(manifest_path).services["card_fraud"]
    table = training_relation(manifest_path, "card_fraud")
    async with serving(create_app(load_server_settings(dsn=database_dsn, manifest_path=manifest_path))) as client:

        async def differing() -> dict[str, int]:
            report = await compare(
                service,
                database_dsn,
                table=table,
                url="http://server",
                rows=10 * ROWS,
                seed=1,
                transport=client._transport,
            )
            assert (report.rows, report.rows_failed) == (ROWS, 0)
            assert all(feature.nulls < ROWS for feature in report.features)
            return {feature.name: feature.differing for feature in report.features if feature.differing}

        assert await differing() == {}
        with psycopg.connect(database_dsn, autocommit=True) as connection:
            connection.execute(
                f"update {table} set txn_seconds_since_last = txn_seconds_since_last + 0.000001 where spine_id ="
                f" (select min(spine_id) from {table} where txn_seconds_since_last > 0)"
            )
        assert await differing() == {"txn_seconds_since_last": 1}
