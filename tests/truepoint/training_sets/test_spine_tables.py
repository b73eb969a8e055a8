"""Spines in the database: columns with values that Arrow has not, and keys of every type of text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest

import truepoint
from tests.truepoint.training_sets.conftest import SPINE, Trained
from truepoint.errors import SpineError

COLUMNS = "account_id, merchant_id, amount_minor, country, device_id, event_id, as_of"
BuildOver = Callable[[str], pa.Table]


@contextmanager
def table(trained: Trained, query: str, *, before: str = "", after: str = "") -> Iterator[str]:
    """A table public.labels with the rows of `query`."""
    with psycopg.connect(trained.dsn, autocommit=True) as connection:
        try:
            if before:
                connection.execute(before)
            connection.execute(f"create table public.labels as {query}")
            yield "public.labels"
        finally:
            connection.execute("drop table if exists public.labels")
            if after:
                connection.execute(after)


def build(trained: Trained, name: str, **options: Any) -> pa.Table:
    result = truepoint.training_set(name, service="card_fraud", settings=trained.settings, **options)
    assert isinstance(result, pa.Table)
    result.validate(full=True)
    return result


def by_event(trained: Trained, result: pa.Table) -> None:
    """The features are those of the training table, whatever else the rows have."""
    expected = {row["event_id"]: row for row in trained.rows}
    assert result.num_rows
    for row in result.to_pylist():
        assert {name: row[name] for name in trained.features} == {
            name: expected[row["event_id"]][name] for name in trained.features
        }


# The column as SQL over three rows, n = 1 to 3; its values in the result, and their type.
KEPT: dict[str, tuple[str, list[Any], Any]] = {
    "an average": (
        "(array[5::numeric / 7, null, 1])[n]", ["0.71428571428571428571", None, "1"], pa.string()),
    "NaN in a numeric": ("(array['NaN', null, 1.50])[n]::numeric", ["NaN", None, "1.50"], pa.string()),
    "infinity in a numeric": ("(array['-Infinity', null, '1'])[n]::numeric", ["-Infinity", None, "1"], pa.string()),
    "NaN in numeric(9,2)": ("(array['NaN', null, 1.5])[n]::numeric(9, 2)", ["NaN", None, "1.50"], pa.string()),
    "a numeric of 21 digits": (
        "(array[null, 123456789012345678901.5, 1])[n]", [None, "123456789012345678901.5", "1"], pa.string()),
    "a numeric of 60 digits": ("(array[null, 1e60, 1])[n]::numeric", [None, "1" + "0" * 60, "1"], pa.string()),
    "numeric(50,2)": ("(n / 4.0)::numeric(50, 2)", ["0.25", "0.50", "0.75"], pa.string()),
    "numeric(3,-2)": ("(n * 100)::numeric(3, -2)", ["100", "200", "300"], pa.string()),
    "a numeric that fits": (
        "(array[null, 12345678901234567890.123456789012345678, -1])[n]",
        [None, Decimal("12345678901234567890.123456789012345678"), Decimal(-1)], pa.decimal128(38, 18)),
    "infinity in a timestamptz": (
        "(array['infinity', '-infinity', '2026-01-01 00:00:00.5+02'])[n]::timestamptz",
        ["infinity", "-infinity", "2025-12-31 22:00:00.5+00"], pa.string()),
    "a time before our era": (
        "(array['0044-03-15 00:00:00+00 BC', null, '2026-01-01 00:00:00+00'])[n]::timestamptz",
        ["0044-03-15 00:00:00+00 BC", None, "2026-01-01 00:00:00+00"], pa.string()),
    "a time in the year 12026": (
        "(array['12026-01-01 00:00+00', null, null])[n]::timestamptz",
        ["12026-01-01 00:00:00+00", None, None], pa.string()),
    "times that fit": (
        "(array['0001-01-01 00:00+00', null, '9999-12-31 23:59:59.999999+00'])[n]::timestamptz",
        [datetime(1, 1, 1, tzinfo=UTC), None, datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)],
        pa.timestamp("us", "UTC")),
    "infinity in a timestamp": (
        "(array['infinity', null, '2026-01-01'])[n]::timestamp",
        ["infinity", None, "2026-01-01 00:00:00"], pa.string()),
    "infinity in a date": (
        "(array['infinity', null, '2026-01-31'])[n]::date", ["infinity", None, "2026-01-31"], pa.string()),
    "dates that fit": (
        "(array['0001-01-01', null, '9999-12-31'])[n]::date", [date(1, 1, 1), None, date(9999, 12, 31)], pa.date32()),
    "doubles": (
        "(array['-Infinity', null, 5e-324])[n]::double precision", [float("-inf"), None, 5e-324], pa.float64()),
    "reals": ("(array['Infinity', null, 0.1])[n]::real", [float("inf"), None, 0.10000000149011612], pa.float32()),
    "interval": (
        "(array['1 mon -2 days 03:04:05.6', null, '0'])[n]::interval",
        ["1 mon -2 days +03:04:05.6", None, "00:00:00"], pa.string()),
    "range": ("int4range(1, n + 1)", ["[1,2)", "[1,3)", "[1,4)"], pa.string()),
    "multirange": ("int4multirange(int4range(n, 9))", ["{[1,9)}", "{[2,9)}", "{[3,9)}"], pa.string()),
    "jsonb": ("jsonb_build_object('a', n)", ['{"a": 1}', '{"a": 2}', '{"a": 3}'], pa.string()),
    "array": ("array[n, null]", ["{1,NULL}", "{2,NULL}", "{3,NULL}"], pa.string()),
    "text array": ("array['a,\"', n::text]", ['{"a,\\"",1}', '{"a,\\"",2}', '{"a,\\"",3}'], pa.string()),
    "bytea": ("(array['\\x00ff', null, ''])[n]::bytea", ["\\x00ff", None, "\\x"], pa.string()),
    "uuid": (
        "lpad(n::text, 32, '0')::uuid", [f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3)], pa.string()),
    "time": ("(array['24:00', null, '01:02:03.4'])[n]::time", ["24:00:00", None, "01:02:03.4"], pa.string()),
    "inet": ("(array['10.0.0.1', null, '::1'])[n]::inet", ["10.0.0.1", None, "::1"], pa.string()),
    "bits": ("n::bit(3)", ["001", "010", "011"], pa.string()),
    "composite": ("row(n, null, 'a b')::public.labels_triple", [f'({n},,"a b")' for n in (1, 2, 3)], pa.string()),
    "enum": ("(array['low', null, 'high'])[n]::public.labels_level", ["low", None, "high"], pa.string()),
    "domain": ("n::public.labels_score", ["1", "2", "3"], pa.string()),
    "char(n)": ("(array['ab', null, ''])[n]::char(4)", ["ab", None, ""], pa.string()),
    "varchar(n)": ("(array['ab ', null, ''])[n]::varchar(4)", ["ab ", None, ""], pa.string()),
    "name": ("(array['ab', null, ''])[n]::name", ["ab", None, ""], pa.string()),
}  # fmt: skip
TYPES = """
    create type public.labels_level as enum ('low', 'high');
    create type public.labels_triple as (a integer, b text, c text);
    create domain public.labels_score as numeric
"""
NO_TYPES = "drop type public.labels_level; drop type public.labels_triple; drop domain public.labels_score"


def test_columns_of_every_type_are_kept(trained: Trained) -> None:
    # One table with all of them: a value that Arrow has not in one column leaves the others as they are.
    columns = ", ".join(f'{expression} as "{name}"' for name, (expression, _, _) in KEPT.items())
    numbered = f"select {COLUMNS}, (row_number() over (order by spine_id))::integer as n from {SPINE} limit 3"
    with table(trained, f"select *, {columns} from ({numbered}) as rows", before=TYPES, after=NO_TYPES) as name:
        result = build(trained, name)
    by_event(trained, result)
    result = result.sort_by("n")
    for name, (_, values, arrow_type) in KEPT.items():
        assert result.schema.field(name).type == arrow_type, name
        assert result.column(name).to_pylist() == values, name


def test_the_text_does_not_depend_on_the_sessions_settings(trained: Trained) -> None:
    settings = {"timezone": "America/New_York", "datestyle": "German", "intervalstyle": "iso_8601",
                "bytea_output": "escape", "extra_float_digits": "-10"}  # fmt: skip
    query = (
        f"select {COLUMNS}, interval '1 day' as span, '\\x00'::bytea as bytes, 'infinity'::timestamptz as at,"
        f" 0.1::double precision as double from {SPINE} limit 3"
    )
    with table(trained, query) as name, psycopg.connect(trained.dsn, autocommit=True) as connection:
        plain = build(trained, name)
        (database,) = connection.execute("select current_database()").fetchone() or ("",)
        for setting, value in settings.items():
            connection.execute(f"alter database \"{database}\" set {setting} = '{value}'")
        try:
            assert build(trained, name).equals(plain)
        finally:
            for setting in settings:
                connection.execute(f'alter database "{database}" reset {setting}')


@pytest.mark.parametrize("key_type", ["char(20)", "varchar(20)", "varchar", "name"])
def test_keys_of_other_types_of_text_are_the_same_keys(trained: Trained, key_type: str) -> None:
    keys = ", ".join(f"{key}::{key_type}" for key in ("account_id", "merchant_id", "device_id", "event_id"))
    with table(trained, f"select {keys}, amount_minor, country::char(2), as_of from {SPINE} limit 200") as name:
        by_event(trained, build(trained, name))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("as_of", "'infinity'::timestamptz", "row 1: as_of is 'infinity', which is no time with a zone"),
        (
            "as_of",
            "'0044-03-15 00:00:00+00 BC'::timestamptz",
            "row 1: as_of is '0044-03-15 00:00:00.00 BC', which is no time",
        ),
        ("as_of", "'infinity'::timestamp", "row 1: as_of is 'infinity', which is no time with a zone"),
        ("as_of", "'infinity'::date", "row 1: as_of is 'infinity', which is no time with a zone"),
        ("as_of", "date '2026-01-01'", r"column as_of is date32\[day\], service card_fraud wants a timestamp"),
        ("as_of", "'2026-01-01'::text", "column as_of is string, service card_fraud wants a timestamp"),
        ("amount_minor", "'NaN'::numeric", "row 1: amount_minor is 'NaN', which is no bigint"),
        (
            "amount_minor",
            "1.5::numeric",
            r"column amount_minor is decimal128\(38, 18\), service card_fraud wants bigint",
        ),
        ("account_id", "1::bigint", "column account_id is int64, service card_fraud wants text"),
    ],
)
def test_what_the_service_asks_for_is_refused_by_row_or_column(
    trained: Trained, column: str, value: str, message: str
) -> None:
    others = ", ".join(each for each in COLUMNS.split(", ") if each != column)
    with (
        table(trained, f"select {others}, {value} as {column} from {SPINE} limit 1") as name,
        pytest.raises(SpineError, match=message),
    ):
        build(trained, name)


def test_a_value_far_down_makes_its_column_text(trained: Trained) -> None:
    # Later than the first batch: what came before is text too, as Postgres shows it.
    query = f"""
        select {COLUMNS}, case when row_number() over () = 80_000 then 'NaN' else 1.50 end::numeric as score
        from {SPINE}, generate_series(1, 60)
    """.replace("80_000", "80000")
    with table(trained, query) as name:
        result = build(trained, name)
    scores = result.column("score").to_pylist()
    assert result.num_rows == 90_000
    assert (scores.count("1.50"), scores.count("NaN")) == (89_999, 1)
    by_event(trained, result.slice(65_000, 1_000))


def test_a_table_without_rows_has_its_columns_and_types(trained: Trained) -> None:
    with table(trained, f"select {COLUMNS}, 1.5 as score, now() as seen from {SPINE} limit 0") as name:
        result = build(trained, name)
    assert result.num_rows == 0
    assert result.schema.field("score").type == pa.decimal128(38, 18)
    assert result.schema.field("seen").type == pa.timestamp("us", "UTC")
