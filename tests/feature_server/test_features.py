"""POST /v1/features with good requests: values, times, types, and rows that fail alone."""

import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.feature_server.conftest import ask
from tests.feature_server.manifest import row_for_echo

PATH = "/v1/features"


def activity_row(**values: object) -> dict[str, object]:
    return {"account_id": "A1", "amount_minor": 5, "as_of": "2026-01-01T12:00:00Z", **values}


async def rows_of(client: httpx.AsyncClient, body: dict[str, object]) -> list[dict[str, Any]]:
    response = await client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["rows"]
    return rows


@pytest.mark.usefixtures("transactions")
async def test_a_row_is_answered_with_values_time_and_found_flags(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=ask("account_activity", activity_row()))
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "service": "account_activity",
        "definition_version": "0123456789abcdef0123456789abcdef",
        "rows": [
            {
                "as_of": "2026-01-01T12:00:00.000000Z",
                "values": {"account_txn_count_1h": 2, "account_amount_mean_30d": 119.0, "txn_amount_twice": 10},
                "found": {"account_features": True},
                "error": None,
            }
        ],
    }


@pytest.mark.usefixtures("transactions")
async def test_rows_are_answered_in_order_each_as_of_its_own_time(client: httpx.AsyncClient) -> None:
    times = ["2026-01-01T11:45:01Z", "2026-01-01T11:45:00.999999Z", "2026-01-01T13:45:01+02:00", "2026-01-01T09:00:00Z"]
    rows = await rows_of(client, ask("account_activity", *(activity_row(as_of=time) for time in times)))
    assert [row["values"]["account_txn_count_1h"] for row in rows] == [2, 1, 2, 0]
    assert [row["found"]["account_features"] for row in rows] == [True, True, True, False]
    assert rows[1]["as_of"] == "2026-01-01T11:45:00.999999Z"
    assert rows[2]["as_of"] == "2026-01-01T11:45:01.000000Z"


@pytest.mark.usefixtures("transactions")
async def test_the_decided_event_is_not_counted(client: httpx.AsyncClient) -> None:
    (row,) = await rows_of(client, ask("account_activity", activity_row(event_id="t3")))
    assert row["values"]["account_txn_count_1h"] == 1


@pytest.mark.parametrize("given_as_of", [{}, {"as_of": None}], ids=["left out", "null"])
async def test_without_as_of_the_answer_is_as_of_the_databases_now(
    client: httpx.AsyncClient, database_dsn: str, given_as_of: dict[str, object]
) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        before = connection.execute("select clock_timestamp()").fetchone()
        (row,) = await rows_of(client, ask("account_activity", {"account_id": "A1", "amount_minor": 1} | given_as_of))
        after = connection.execute("select clock_timestamp()").fetchone()
    assert before is not None
    assert after is not None
    assert before[0] <= datetime.fromisoformat(row["as_of"]) <= after[0]


@pytest.mark.usefixtures("transactions")
async def test_a_null_key_is_answered_with_no_events(client: httpx.AsyncClient) -> None:
    (row,) = await rows_of(client, ask("account_activity", activity_row(account_id=None, amount_minor=None)))
    assert row["values"] == {
        "account_txn_count_1h": 0,
        "account_amount_mean_30d": None,
        "txn_amount_twice": None,
    }
    assert row["found"] == {"account_features": False}


async def test_a_thousand_rows_are_answered_and_one_more_is_refused(client: httpx.AsyncClient) -> None:
    rows = await rows_of(client, ask("account_activity", *(activity_row(amount_minor=i) for i in range(1000))))
    assert [row["values"]["txn_amount_twice"] for row in rows] == [2 * i for i in range(1000)]
    response = await client.post(PATH, json=ask("account_activity", *(activity_row() for _ in range(1001))))
    assert (response.status_code, response.json()["error"]["code"]) == (422, "too_many_rows")


async def test_every_type_comes_back_as_it_went(client: httpx.AsyncClient) -> None:
    given_row = row_for_echo(
        a_bigint=-(2**63),
        a_boolean=True,
        a_double=0.1,
        an_integer=2**31 - 1,
        a_numeric="-12345678901234567890.12345678901234567890",
        a_text='ä"\\\n\u2028😀',
        a_time="1999-12-31T23:59:59.000001-00:30",
        a_uuid="1B4E28BA-2fa1-11d2-883f-0016d3cca427",
        a_date="9999-12-31",
        a_smallint=-32_768,
    )
    (row,) = await rows_of(client, ask("echo", given_row))
    assert row["values"] == {
        "echoed_bigint": -(2**63),
        "echoed_boolean": True,
        "echoed_double": 0.1,
        "echoed_integer": 2**31 - 1,
        "echoed_numeric": "-12345678901234567890.12345678901234567890",
        "echoed_text": 'ä"\\\n\u2028😀',
        "echoed_time": "2000-01-01T00:29:59.000001Z",
        "echoed_uuid": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "echoed_date": "9999-12-31",
        "echoed_smallint": -32_768,
    }


async def test_nulls_of_every_type_come_back_as_null(client: httpx.AsyncClient) -> None:
    (row,) = await rows_of(client, ask("echo", row_for_echo()))
    assert set(row["values"].values()) == {None}
    assert row["error"] is None


async def test_numbers_beyond_the_reach_of_doubles_are_exact(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=ask("echo", row_for_echo(a_bigint=2**63 - 1, a_double=-0.0)))
    assert '"echoed_bigint":9223372036854775807,' in response.text
    assert '"echoed_double":-0.0,' in response.text


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doubles=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=50, max_size=200))
async def test_doubles_round_trip_bit_for_bit(client: httpx.AsyncClient, doubles: list[float]) -> None:
    rows = await rows_of(client, ask("echo", *(row_for_echo(a_double=value) for value in doubles)))
    answered = [row["values"]["echoed_double"] for row in rows]
    assert [struct.pack("<d", value) for value in answered] == [struct.pack("<d", value) for value in doubles]


@pytest.mark.parametrize(
    ("say", "null_features"),
    [("nan", ["echoed_double", "echoed_numeric"]), ("infinity", ["echoed_double", "echoed_time"])],
)
async def test_what_json_cannot_hold_is_null_with_an_error(
    client: httpx.AsyncClient, say: str, null_features: list[str]
) -> None:
    given_row = row_for_echo(say=say, a_bigint=1, a_double=1.5, a_numeric="2", a_time="2026-01-01T00:00:00Z")
    response = await client.post(PATH, json=ask("echo", given_row, given_row | {"say": None}))
    first, second = json.loads(response.text, parse_constant=pytest.fail)["rows"]
    assert first["error"]["code"] == "not_finite"
    assert [name for name in null_features if first["values"][name] is not None] == []
    assert all(name in first["error"]["message"] for name in null_features)
    assert first["values"]["echoed_bigint"] == 1
    assert second["error"] is None
    assert second["values"]["echoed_double"] == 1.5


@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.usefixtures("transactions")
async def test_a_row_that_fails_in_sql_fails_alone(client: httpx.AsyncClient, place: int) -> None:
    asked = [activity_row(amount_minor=2**62 if i == place else i) for i in range(7)]
    rows = await rows_of(client, ask("account_activity", *asked))
    culprit = rows.pop(place)
    assert culprit == {
        "as_of": "2026-01-01T12:00:00.000000Z",
        "values": {"account_txn_count_1h": None, "account_amount_mean_30d": None, "txn_amount_twice": None},
        "found": {"account_features": None},
        "error": {"code": "value_error", "message": "bigint out of range (SQLSTATE 22003)"},
    }
    assert [row["values"]["txn_amount_twice"] for row in rows] == [2 * i for i in range(7) if i != place]
    assert all(row["values"]["account_txn_count_1h"] == 2 and row["error"] is None for row in rows)


async def test_all_rows_may_fail_and_a_value_python_has_not_fails_alone(client: httpx.AsyncClient) -> None:
    rows = await rows_of(client, ask("echo", *(row_for_echo(say=say) for say in ("far", "divide", None, "far"))))
    assert [row["error"] and row["error"]["code"] for row in rows] == [
        "value_error",
        "value_error",
        None,
        "value_error",
    ]
    assert "division by zero" in rows[1]["error"]["message"]


async def test_the_server_answers_well_after_rows_that_failed(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        await rows_of(client, ask("echo", row_for_echo(say="far"), row_for_echo(say="divide")))
    (row,) = await rows_of(client, ask("echo", row_for_echo(a_text="fine")))
    assert row["values"]["echoed_text"] == "fine"


async def test_an_as_of_in_the_future_is_refused_by_the_databases_clock(client: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    body = ask("account_activity", activity_row(), activity_row(as_of=soon.isoformat()))
    response = await client.post(PATH, json=body)
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "as_of_in_future"
    assert error["details"][0]["row"] == 1
    assert error["details"][0]["field"] == "as_of"
    assert "is 3,5" in error["message"]  # 3,599 s and some
    assert "leave as_of out" in error["message"]
