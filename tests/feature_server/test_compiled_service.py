"""The server and the doctor over what dbt really compiles."""

import json
import re

import psycopg

from feature_server.main import create_app
from feature_server.request_models import build_request_reader, example_row
from feature_server.settings import load_server_settings
from tests.dbt_runner import DbtProject
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import add_transaction
from truepoint.compiled.registry import load_registry
from truepoint.postgres.doctor import apply_missing, examine


async def test_the_compiled_service_is_served_and_its_indexes_are_found_lacking_and_made(
    dbt_project: DbtProject, database_dsn: str
) -> None:
    dbt_project.run("run", "--select", "staging")
    manifest_path = dbt_project.compile_online()
    add_transaction(database_dsn, "t1", occurred_at="2026-01-01T11:30:00Z", amount=100)
    add_transaction(database_dsn, "t2", occurred_at="2026-01-01T11:45:00Z", amount=300)
    registry = load_registry(manifest_path)
    service = registry.services["card_fraud"]
    shown = {"service": "card_fraud", "rows": [example_row(service)]}
    assert build_request_reader(registry, max_rows=1).read(json.dumps(shown).encode()).service == "card_fraud"

    examination = await examine(database_dsn, registry)
    needed = {index.name for index in service.indexes}
    assert {finding.check for finding in examination.missing} == {"indexes"}
    assert needed <= set(re.findall(r"if not exists (\w+)", " ".join(examination.ddl)))
    await apply_missing(database_dsn, examination, on_statement=lambda _: None)
    assert (await examine(database_dsn, registry)).missing == ()
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(f"drop index payments.{min(needed)}")
    assert len((await examine(database_dsn, registry)).missing) == 1

    row = {
        "account_id": "A1",
        "merchant_id": "M1",
        "amount_minor": 2**63 - 1,
        "country": "EE",
        "device_id": None,
        "as_of": "2026-01-01T12:00:00Z",
    }
    async with serving(create_app(load_server_settings(dsn=database_dsn, manifest_path=manifest_path))) as client:
        body = {"service": "card_fraud", "rows": [row, row | {"event_id": "t2"}]}
        response = await client.post("/v1/features", json=body)
        assert response.status_code == 200, response.text
        first, second = response.json()["rows"]
    assert list(first["values"]) == [feature.name for feature in service.features]
    assert first["values"]["account_txn_count_1h"] == 2
    assert first["values"]["account_amount_mean_30d"] == 200.0
    assert second["values"]["account_txn_count_1h"] == 1
    assert first["found"]["account_features"] is True
    assert (first["error"], second["error"]) == (None, None)
