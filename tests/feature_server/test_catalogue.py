"""What the server says of itself: services, features, health, and the OpenAPI document."""

import json
from pathlib import Path

import httpx
import pytest

from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings
from tests.feature_server.manifest import STATEMENTS, compiled, signature, write_manifest


async def test_services_say_what_they_ask_and_answer(client: httpx.AsyncClient) -> None:
    services = (await client.get("/v1/services")).json()["services"]
    assert [service["name"] for service in services] == ["account_activity", "echo"]
    activity = services[0]
    assert activity["definition_version"] == "0123456789abcdef0123456789abcdef"
    assert activity["parameters"][0] == {"name": "account_id", "type": "text", "role": "entity", "required": True}
    assert activity["parameters"][3] == {"name": "as_of", "type": "timestamptz", "role": "as_of", "required": False}
    assert activity["features"] == ["account_txn_count_1h", "account_amount_mean_30d", "txn_amount_twice"]
    assert activity["views"] == ["account_features"]


async def test_features_are_listed_once_with_their_definition_and_services(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    other = signature("account_activity") | {"service": "account_watch"}
    activity = signature("account_activity")
    manifest = write_manifest(tmp_path, compiled(activity), compiled(other, STATEMENTS["account_activity"]))
    async with serving(create_app(make_settings(manifest_path=manifest))) as client:
        features = (await client.get("/v1/features")).json()["features"]
    assert [feature["name"] for feature in features] == [
        "account_amount_mean_30d",
        "account_txn_count_1h",
        "txn_amount_twice",
    ]
    assert features[1] == {
        "name": "account_txn_count_1h",
        "type": "bigint",
        "description": "Transactions by the account in the hour up to the as-of time.",
        "view": "account_features",
        "definition": {"aggregate": "count", "window": "1h"},
        "services": ["account_activity", "account_watch"],
        "known_at_note": None,
    }


async def test_health_and_readiness(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        response = await client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_openapi_shows_typed_models_of_every_service(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    operation = document["paths"]["/v1/features"]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    assert content["schema"]["discriminator"] == {
        "propertyName": "service",
        "mapping": {
            "account_activity": "#/components/schemas/AccountActivityRequest",
            "echo": "#/components/schemas/EchoRequest",
        },
    }
    row = schemas["AccountActivityRow"]
    assert set(row["properties"]) == {"account_id", "amount_minor", "event_id", "as_of"}
    assert row["required"] == ["account_id", "amount_minor"]
    assert row["additionalProperties"] is False
    assert row["properties"]["amount_minor"]["anyOf"][0]["type"] == "integer"
    values = schemas["AccountActivityValues"]["properties"]
    assert values["account_amount_mean_30d"]["anyOf"][0] == {"type": "number"}
    assert "Null without any" in values["account_amount_mean_30d"]["description"]
    for status in ("400", "404", "413", "415", "422", "503"):
        assert operation["responses"][status]["content"]["application/json"]["schema"] == {
            "$ref": "#/components/schemas/ErrorAnswer"
        }


async def test_every_reference_of_the_openapi_document_leads_somewhere(client: httpx.AsyncClient) -> None:
    text = (await client.get("/openapi.json")).text
    schemas = json.loads(text)["components"]["schemas"]
    references = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert references <= set(schemas)


async def test_the_examples_of_the_openapi_document_are_answered(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/features"]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    answers = operation["responses"]["200"]["content"]["application/json"]["examples"]
    assert list(content["examples"]) == list(answers) == ["account_activity", "echo"]
    for name, example in content["examples"].items():
        response = await client.post("/v1/features", json=example["value"])
        assert response.status_code == 200, response.text
        shown, real = answers[name]["value"], response.json()
        assert (list(shown), list(shown["rows"][0])) == (list(real), list(real["rows"][0]))
        for part in ("values", "found"):
            assert list(shown["rows"][0][part]) == list(real["rows"][0][part])


async def test_a_services_own_example_is_shown_where_it_has_one(make_settings: MakeSettings, tmp_path: Path) -> None:
    row = {"account_id": "a-004023", "event_id": "t-1", "as_of": "2026-01-01T12:00:00Z"}
    activity = signature("account_activity") | {"example": {**row, "not_a_field": 1}}
    manifest = write_manifest(tmp_path, compiled(activity))
    async with serving(create_app(make_settings(manifest_path=manifest))) as client:
        document = (await client.get("/openapi.json")).json()
        content = document["paths"]["/v1/features"]["post"]["requestBody"]["content"]["application/json"]
        asked = content["examples"]["account_activity"]["value"]
        assert asked["rows"] == [{**row, "amount_minor": 1250}]
        assert (await client.post("/v1/features", json=asked)).status_code == 200
    assert document["components"]["schemas"]["AccountActivityRow"]["properties"]["account_id"]["examples"] == [
        "a-004023"
    ]


@pytest.mark.parametrize("name", ["json", "copy", "model_config", "schema", "_id", "class"])
async def test_a_request_field_may_have_any_name(make_settings: MakeSettings, tmp_path: Path, name: str) -> None:
    activity = signature("account_activity")
    activity["parameters"][0]["name"] = name
    activity["features"][0]["name"] = name
    text = compiled(activity).replace("as account_txn_count_1h", f'as "{name}"')
    text = text.replace("account_features.account_txn_count_1h", f'account_features."{name}"')
    manifest = write_manifest(tmp_path, text)
    async with serving(create_app(make_settings(manifest_path=manifest))) as client:
        response = await client.post(
            "/v1/features", json={"service": "account_activity", "rows": [{name: "A1", "amount_minor": 1}]}
        )
        assert response.json()["rows"][0]["values"][name] == 0
        assert (await client.get("/openapi.json")).status_code == 200
