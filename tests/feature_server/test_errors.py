"""Every refusal has the one shape, its own code, and says what to do."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings, ask
from tests.feature_server.manifest import row_for_echo

PATH = "/v1/features"
GOOD_ROW = {"account_id": "A1", "amount_minor": 5}


def assert_error_shape(response: httpx.Response) -> dict[str, Any]:
    """Assert that a response is an error of the one shape, and return what is in it."""
    assert response.headers["content-type"] == "application/json"
    body = json.loads(response.text, parse_constant=pytest.fail)
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"code", "message", "details"}
    assert isinstance(error["code"], str)
    assert isinstance(error["message"], str)
    for detail in error["details"]:
        assert set(detail) == {"row", "field", "message", "given"}
    return error


async def refused(client: httpx.AsyncClient, body: object, *, status: int, code: str) -> dict[str, Any]:
    response = await client.post(PATH, json=body)
    error = assert_error_shape(response)
    assert (response.status_code, error["code"]) == (status, code), error
    return error


async def test_an_unknown_service_is_told_which_there_are(client: httpx.AsyncClient) -> None:
    error = await refused(client, ask("card_frauds", GOOD_ROW), status=404, code="unknown_service")
    assert error["message"] == "There is no service 'card_frauds'. There are: account_activity, echo."
    assert error["details"][0]["given"] == "card_frauds"


@pytest.mark.parametrize("service", [5, None, True, ["echo"], {"echo": 1}], ids=repr)
async def test_a_service_that_is_no_text_is_a_mistyped_field(client: httpx.AsyncClient, service: object) -> None:
    error = await refused(client, {"service": service, "rows": [GOOD_ROW]}, status=422, code="invalid_request")
    assert error["details"][0]["field"] == "service"


async def test_a_missing_service_is_a_missing_field(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"rows": [GOOD_ROW]}, status=422, code="invalid_request")
    assert error["details"][0]["field"] == "service"
    assert "account_activity, echo" in error["message"]


@pytest.mark.parametrize("body", [[], 5, "text", None, True], ids=repr)
async def test_a_body_that_is_no_object_is_refused(client: httpx.AsyncClient, body: object) -> None:
    response = await client.post(PATH, content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert assert_error_shape(response)["code"] == "invalid_request"


@pytest.mark.parametrize("field", ["account_id", "amount_minor"])
async def test_keys_and_request_fields_are_required(client: httpx.AsyncClient, field: str) -> None:
    row = {name: value for name, value in GOOD_ROW.items() if name != field}
    error = await refused(client, ask("account_activity", GOOD_ROW, row), status=422, code="invalid_request")
    assert [(detail["row"], detail["field"]) for detail in error["details"]] == [(1, field)]
    assert "missing" in error["message"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("a_bigint", "12"),
        ("a_bigint", True),
        ("a_bigint", 1.0),
        ("a_bigint", 2**63),
        ("a_bigint", -(2**63) - 1),
        ("a_bigint", 10**400),
        ("an_integer", 2**31),
        ("an_integer", "1"),
        ("a_double", "1.5"),
        ("a_double", False),
        ("a_numeric", 1.5),
        ("a_uuid", 1),
        ("a_uuid", "1b4e28ba2fa111d2883f0016d3cca427"),
        ("a_uuid", "{1b4e28ba-2fa1-11d2-883f-0016d3cca427}"),
        ("a_date", "2026-02-29"),
        ("a_date", "2026-01-31T00:00:00Z"),
        ("a_date", 20260131),
        ("a_smallint", 32_768),
        ("a_smallint", "1"),
        ("a_numeric", 1),
        ("a_numeric", "NaN"),
        ("a_numeric", "1e5"),
        ("a_numeric", "٣"),
        ("a_boolean", 1),
        ("a_boolean", "true"),
        ("a_text", 5),
        ("a_text", "nul\x00"),
        ("a_text", ["text"]),
        ("a_time", 1767225600),
        ("a_time", "1767225600"),
        ("a_time", "2026-01-01"),
        ("a_time", "2026-01-01T00:00:00"),
        ("a_time", "2026-02-30T00:00:00Z"),
        ("a_time", "2026-01-01T00:00:00.1234567Z"),
        ("a_time", "1899-12-31T23:59:59Z"),
        ("a_time", "3000-01-01T00:00:00Z"),
        ("a_time", "infinity"),
        ("as_of", "now"),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_a_mistyped_field_is_refused_with_its_row_and_name(
    client: httpx.AsyncClient, field: str, given: object
) -> None:
    body = ask("echo", row_for_echo(), row_for_echo(**{field: given}))
    error = await refused(client, body, status=422, code="invalid_request")
    assert [(detail["row"], detail["field"]) for detail in error["details"]] == [(1, field)]
    assert "must be" in error["details"][0]["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_numbers_without_a_value_are_refused(client: httpx.AsyncClient, number: str) -> None:
    body = json.dumps(ask("echo", row_for_echo(a_double="HERE"))).replace('"HERE"', number)
    response = await client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert_error_shape(response)


async def test_a_naive_time_is_told_to_give_its_offset(client: httpx.AsyncClient) -> None:
    body = ask("account_activity", GOOD_ROW | {"as_of": "2026-01-01T00:00:00"})
    error = await refused(client, body, status=422, code="invalid_request")
    assert "add Z" in error["message"]
    assert error["details"][0]["given"] == "2026-01-01T00:00:00"


async def test_fields_that_are_not_known_are_refused(client: httpx.AsyncClient) -> None:
    error = await refused(
        client, ask("account_activity", GOOD_ROW | {"as_off": None}), status=422, code="invalid_request"
    )
    assert error["details"][0]["field"] == "as_off"
    assert "account_id, amount_minor, event_id, as_of" in error["message"]
    error = await refused(client, ask("echo", row_for_echo()) | {"limit": 5}, status=422, code="invalid_request")
    assert error["details"][0]["field"] == "limit"


@pytest.mark.parametrize("rows", [[], {}, None, 5, "rows"], ids=repr)
async def test_rows_must_be_a_list_of_at_least_one(client: httpx.AsyncClient, rows: object) -> None:
    error = await refused(client, {"service": "echo", "rows": rows}, status=422, code="invalid_request")
    assert error["details"][0]["field"] == "rows"


async def test_a_row_that_is_no_object_is_refused(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"service": "echo", "rows": [5]}, status=422, code="invalid_request")
    assert (error["details"][0]["row"], error["details"][0]["field"]) == (0, None)


async def test_of_very_many_faults_the_first_are_shown(client: httpx.AsyncClient) -> None:
    error = await refused(
        client, ask("account_activity", *({} for _ in range(500))), status=422, code="invalid_request"
    )
    assert len(error["details"]) == 20
    assert "of 1000" in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"service": "echo", "rows": [}',
        b'\xff\xfe{"service"',
        b'{"service": "\\ud800", "rows": []}',
        b"[" * 100_000,
        b'{"service": "echo"} trailing',
        b'{"service": "echo", "rows": [' + b"9" * 5000 + b"]}",
    ],
    ids=["empty", "open", "broken", "not utf-8", "lone surrogate", "deep", "trailing", "long number"],
)
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert assert_error_shape(response)["code"] == "invalid_json"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/jsonx", "multipart/form-data", "\x80"])
async def test_a_body_must_be_declared_as_json(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type.encode("latin-1")}
    response = await client.post(PATH, content=b"{}", headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 415
    assert assert_error_shape(response)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.x+json"])
async def test_json_may_be_declared_with_parameters(client: httpx.AsyncClient, content_type: str) -> None:
    body = json.dumps(ask("echo", row_for_echo()))
    response = await client.post(PATH, content=body, headers={"content-type": content_type})
    assert response.status_code == 200


async def _in_chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b" " * 1000


async def test_a_body_too_large_is_refused_declared_or_not(make_settings: MakeSettings) -> None:
    async with serving(create_app(make_settings(max_body_bytes=10_000))) as client:
        headers = {"content-type": "application/json"}
        for content in (b" " * 10_001, _in_chunks(50_000)):
            response = await client.post(PATH, content=content, headers=headers)
            assert response.status_code == 413
            assert "10,000 bytes" in assert_error_shape(response)["message"]


async def test_an_unknown_path_and_a_wrong_method_have_the_same_shape(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/feature")
    assert (response.status_code, assert_error_shape(response)["code"]) == (404, "unknown_path")
    response = await client.delete(PATH)
    assert (response.status_code, assert_error_shape(response)["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"]


async def test_an_error_is_logged_as_one_line_that_repeats_no_values(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", logger="feature_server"):
        await refused(client, ask("account_activity", {"account_id": 999111}), status=422, code="invalid_request")
    (record,) = [record for record in caplog.records if record.name == "feature_server"]
    line = json.loads(record.message)
    assert line["event"] == "request_error"
    assert (line["status"], line["code"], line["method"], line["path"]) == (422, "invalid_request", "POST", PATH)
    assert "999111" not in record.message
