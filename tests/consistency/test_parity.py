"""A training table in Postgres against a server over ASGI: equal passes, every planted fault is found."""

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from consistency import NoServerError, ParityError, ParityReport, compare, online
from tests.consistency.conftest import FEATURES, ROWS, TABLE
from tests.consistency.fake_server import Answer, FakeServer
from truepoint.compiled.registry import Service
from truepoint.errors import WarehouseError

if TYPE_CHECKING:
    import psycopg


class Comparison:
    """The comparison under test, with everything but `changes` as usual."""

    def __init__(self, service: Service, dsn: str, server: FakeServer) -> None:
        self.arguments: dict[str, Any] = {
            "service": service,
            "dsn": dsn,
            "table": TABLE,
            "url": "http://test",
            "rows": 1_000,
            "seed": 1,
            "batch_rows": 10,
            "transport": httpx.ASGITransport(server),
        }

    async def __call__(self, **changes: Any) -> ParityReport:
        return await compare(**{**self.arguments, **changes})


@pytest.fixture
def comparison(
    training_table: "psycopg.Connection[Any]", service: Service, database_dsn: str, server: FakeServer
) -> Comparison:
    return Comparison(service, database_dsn, server)


async def test_equal_sides_pass_and_every_value_is_counted(comparison: Comparison) -> None:
    report = await comparison()
    assert report.passes()
    assert (report.rows, report.values, report.differing) == (ROWS, ROWS * len(FEATURES), 0)
    assert all(feature.nulls == 6 for feature in report.features)


async def test_each_row_is_asked_with_its_keys_request_event_and_as_of(
    comparison: Comparison, server: FakeServer
) -> None:
    await comparison()
    assert len(server.asked) == ROWS
    assert {
        "account_id": None,
        "amount_minor": 2**60 + 5,
        "event_id": "t5",
        "as_of": "2026-01-01T05:00:00.000005+00:00",
    } in server.asked


@pytest.mark.parametrize(
    ("feature", "wrong"),
    [
        ("amount_sum", 2**53 + 8),
        ("amount_sum", None),
        ("amount_mean", 1.0000000000000002),
        ("is_new", True),
        ("home_country", "ee"),
        ("latest_at", "2026-01-01T00:00:00.000008Z"),
        ("balance", "7.11"),
    ],
)
async def test_one_wrong_value_among_all_is_found(
    comparison: Comparison, server: FakeServer, feature: str, wrong: Any
) -> None:
    server.values = {**server.values, "t7": {**server.values["t7"], feature: wrong}}
    report = await comparison()
    assert not report.passes()
    assert report.differing == 1
    (spoilt,) = [result for result in report.features if result.differing]
    assert spoilt.name == feature
    assert [(worst.spine_id, worst.event_id, worst.online) for worst in spoilt.worst] == [("s7", "t7", wrong)]


@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 BC", "12026-01-01"])
async def test_a_time_that_python_has_not_differs_from_null(
    comparison: Comparison, server: FakeServer, training_table: "psycopg.Connection[Any]", time: str
) -> None:
    training_table.execute(f"update {TABLE} set latest_at = %s where spine_id = 's7'", [time])
    server.values = {**server.values, "t7": {**server.values["t7"], "latest_at": None}}
    report = await comparison()
    (differing,) = [feature for feature in report.features if feature.differing]
    assert (differing.name, differing.differing, report.differing) == ("latest_at", 1, 1)
    shown = time if "infinity" in time else "a time outside the years 1 to 9999"
    assert [(worst.spine_id, worst.offline, worst.online) for worst in differing.worst] == [("s7", shown, None)]


async def test_a_null_row_against_values_differs_in_every_feature(comparison: Comparison, server: FakeServer) -> None:
    server.values = {**server.values, "t3": server.values["t4"]}
    report = await comparison()
    assert [feature.only_one_null for feature in report.features] == [1] * len(FEATURES)


@pytest.mark.parametrize("known", [True, False, None, "true"])
async def test_a_key_that_is_wrongly_known_or_not_is_no_pass_at_any_tolerance(
    comparison: Comparison, server: FakeServer, known: Any
) -> None:
    server.found = lambda row: {"small_features": known}
    report = await comparison()
    assert not report.passes(1.0)
    (view,) = report.found
    rows_known = sum(number % 4 in (1, 2) for number in range(ROWS) if number != 5)
    wrong = {True: ROWS - rows_known, False: rows_known}.get(known, ROWS)
    assert (view.name, view.values, view.differing) == ("found__small_features", ROWS, wrong)
    assert (report.found_differing, report.differing) == (wrong, 0)
    assert all(worst.offline is not known for worst in view.worst)
    assert report.to_json(1.0)["found"][0]["differing"] == wrong


async def test_the_sample_is_fixed_by_the_seed(comparison: Comparison, server: FakeServer) -> None:
    samples = []
    for seed in (1, 1, 2):
        server.asked = []
        report = await comparison(rows=15, seed=seed, batch_rows=4)
        assert report.rows == 15
        samples.append([row["event_id"] for row in server.asked])
    assert samples[0] == samples[1]
    assert set(samples[0]) != set(samples[2])


async def test_requests_under_way_are_bounded(comparison: Comparison, server: FakeServer) -> None:
    await comparison(batch_rows=1, in_flight=3)
    assert server.most_under_way <= 3


async def test_progress_ends_at_the_number_of_rows(comparison: Comparison) -> None:
    seen: list[tuple[int, int]] = []
    await comparison(on_progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, ROWS)
    assert seen[-1] == (ROWS, ROWS)


async def test_an_empty_training_table_is_no_pass(
    comparison: Comparison, training_table: "psycopg.Connection[Any]"
) -> None:
    training_table.execute(f"truncate {TABLE}")
    with pytest.raises(ParityError, match="has no rows, so nothing can be compared"):
        await comparison()


async def test_no_training_table(comparison: Comparison) -> None:
    with pytest.raises(ParityError, match=r"is not in the database.*dbt build"):
        await comparison(table='"truepoint_features"."training_none"')


async def test_a_missing_or_mistyped_column_is_named(
    comparison: Comparison, training_table: "psycopg.Connection[Any]"
) -> None:
    training_table.execute(f"alter table {TABLE} alter column amount_sum type double precision, drop column is_new")
    with pytest.raises(ParityError, match=r"amount_sum is double precision, the definition says bigint; is_new is mis"):
        await comparison()


async def test_a_repeated_spine_row_is_refused(
    comparison: Comparison, training_table: "psycopg.Connection[Any]"
) -> None:
    training_table.execute(f"insert into {TABLE} select * from {TABLE} where spine_id = 's9'")
    with pytest.raises(ParityError, match=r"each spine_id once; it holds s9 \(2 times\)"):
        await comparison()


async def test_a_row_without_as_of_is_refused(
    comparison: Comparison, training_table: "psycopg.Connection[Any]"
) -> None:
    training_table.execute(f"update {TABLE} set as_of = null where spine_id = 's9'")
    with pytest.raises(ParityError, match="s9 has no as-of time"):
        await comparison()


def without_last_row(answer: Answer) -> Answer:
    return {**answer, "rows": answer["rows"][:-1]}


def with_one_more_row(answer: Answer) -> Answer:
    return {**answer, "rows": [*answer["rows"], answer["rows"][0]]}


def of_another_version(answer: Answer) -> Answer:
    return {**answer, "definition_version": "f" * 32}


def as_of_another_time(answer: Answer) -> Answer:
    return {**answer, "rows": [{**row, "as_of": "2026-01-01T00:00:00Z"} for row in answer["rows"]]}


def without_a_feature(answer: Answer) -> Answer:
    for row in answer["rows"]:
        del row["values"]["is_new"]
    return answer


def with_another_feature(answer: Answer) -> Answer:
    for row in answer["rows"]:
        row["values"]["is_old"] = True
    return answer


def without_found(answer: Answer) -> Answer:
    return {**answer, "rows": [{**row, "found": {}} for row in answer["rows"]]}


def rows_reversed(answer: Answer) -> Answer:
    return {**answer, "rows": answer["rows"][::-1]}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_last_row, "answered 9 rows where 10 were asked"),
        (with_one_more_row, "answered 11 rows where 10 were asked"),
        (of_another_version, "definition version ffff.*the manifest holds 0123"),
        (as_of_another_time, r"was asked as of .*, and answered as of 2026-01-01T00:00:00Z"),
        (without_a_feature, "missing is_new; unknown none"),
        (with_another_feature, "missing none; unknown is_old"),
        (without_found, "views in found: missing small_features; unknown none"),
        (rows_reversed, "was asked as of"),
        (lambda answer: [], "its answer has no rows"),
        (lambda answer: {**answer, "rows": [1] * len(answer["rows"])}, "without as_of, values, found or error"),
    ],
    ids=lambda part: getattr(part, "__name__", None),
)
async def test_an_answer_of_another_shape_fails(
    comparison: Comparison, server: FakeServer, spoil: Any, message: str
) -> None:
    server.spoil = spoil
    with pytest.raises(ParityError, match=message):
        await comparison()


@pytest.mark.parametrize("error", ["bigint out of range", {"message": "bigint out of range"}])
async def test_a_row_error_is_kept_and_no_pass_at_any_tolerance(
    comparison: Comparison, server: FakeServer, error: Any
) -> None:
    def spoil(answer: Answer) -> Answer:
        for row in answer["rows"]:
            if row["values"]["amount_sum"] == 2**53 + 7:
                row |= {"values": dict.fromkeys(FEATURES), "error": error}
        return answer

    server.spoil = spoil
    report = await comparison()
    assert (report.rows, report.rows_failed, report.differing) == (ROWS - 1, 1, 0)
    assert [(error.spine_id, error.message) for error in report.row_errors] == [("s7", "bigint out of range")]
    assert not report.passes(1.0)


async def test_unavailable_is_asked_again(comparison: Comparison, server: FakeServer) -> None:
    server.refusals = [(503, {"Retry-After": "0"}, b"{}")] * 3
    report = await comparison()
    assert report.passes()
    assert report.rows == ROWS


async def test_unavailable_for_too_long_fails(
    comparison: Comparison, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "RETRY_SECONDS", 0.1)
    message = json.dumps({"error": {"code": "database_unavailable", "message": "the database is away", "details": []}})
    server.refusals = [(503, {"Retry-After": "0"}, message.encode())] * 10_000
    with pytest.raises(ParityError, match=r"stayed unavailable.*the database is away"):
        await comparison()


async def test_a_refusal_shows_the_servers_words(comparison: Comparison, server: FakeServer) -> None:
    details = [{"row": 0, "field": "as_of", "message": "lies 3 s in the future", "given": None}]
    body = {"error": {"code": "as_of_in_the_future", "message": "A row cannot be asked.", "details": details}}
    server.refusals = [(422, {}, json.dumps(body).encode())]
    with pytest.raises(ParityError, match=r"422.*A row cannot be asked. \(row 0, as_of: lies 3 s in the future\)"):
        await comparison(in_flight=1)


async def test_what_is_no_feature_server_is_told(comparison: Comparison, server: FakeServer) -> None:
    server.refusals = [(200, {}, b"<html>")]
    with pytest.raises(ParityError, match="no feature server: its answer is not JSON"):
        await comparison(in_flight=1)


async def test_no_server_says_how_to_start_one(comparison: Comparison) -> None:
    with pytest.raises(NoServerError, match=r"http://127\.0\.0\.1:9 .*truepoint serve"):
        await comparison(transport=None, url="http://127.0.0.1:9")


async def test_no_database_says_how_to_start_one(comparison: Comparison) -> None:
    with pytest.raises(WarehouseError, match="truepoint up"):
        await comparison(dsn="postgresql://nobody:secret@127.0.0.1:9/none")
