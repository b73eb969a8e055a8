"""Values as Postgres writes them, as Arrow arrays: nothing is lost, null is not an empty text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from truepoint.arrow.copying import CopiedRows
from truepoint.arrow.types import ARROW_TYPES

VALUES: dict[str, tuple[str, list[Any]]] = {
    "bigint": ("values (-9223372036854775808), (null), (9223372036854775807)", [-(2**63), None, 2**63 - 1]),
    "integer": ("values (-2147483648), (null), (2147483647)", [-(2**31), None, 2**31 - 1]),
    "smallint": ("values (-32768), (null), (32767)", [-(2**15), None, 2**15 - 1]),
    "uuid": (
        "values (uuid '1B4E28BA-2FA1-11D2-883F-0016D3CCA427'), (null)",
        ["1b4e28ba-2fa1-11d2-883f-0016d3cca427", None],
    ),
    "date": (
        "values (date '0001-01-01'), (null), ('9999-12-31')",
        [date(1, 1, 1), None, date(9999, 12, 31)],
    ),
    "numeric": (
        "values (12345678901234567890.5), (null), (0.000000000000000001)",
        [Decimal("12345678901234567890.5"), None, Decimal("0.000000000000000001")],
    ),
    "double precision": (
        "values (0.1::double precision), (null), (-1.7976931348623157e308), (5e-324)",
        [0.1, None, -1.7976931348623157e308, 5e-324],
    ),
    "boolean": ("values (true), (null), (false)", [True, None, False]),
    "text": (
        "values ('t'), (null), (''), ('NULL'), (e'a\\r\\n,\"b\"'), ('ü')",
        ["t", None, "", "NULL", 'a\r\n,"b"', "ü"],
    ),
    "timestamptz": (
        "values (timestamptz '2026-03-29 01:59:59.999999Z'), (null), ('0001-01-01 00:00:00Z')",
        [datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC), None, datetime(1, 1, 1, tzinfo=UTC)],
    ),
}


# Arrays come as JSON.
ARRAYS: dict[str, tuple[str, list[Any]]] = {
    f"{name}[]": (
        f"select to_json(array_agg(value)) from ({values}) as given (value) union all select null",
        [expected, None],
    )
    for name, (values, expected) in VALUES.items()
}


def copied(dsn: str, type_name: str, values: str, sizes: list[int]) -> list[Any]:
    schema = pa.schema([("ord", pa.int64()), ("value", ARROW_TYPES[type_name])])
    sent = "json" if type_name.endswith("[]") else type_name
    query = f"select row_number() over (), value::{sent} from ({values}) as given (value)"
    statement = f"copy ({query}) to stdout (format csv)"
    with (
        psycopg.connect(dsn, options="-c timezone=UTC") as connection,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        rows = CopiedRows(iter(copy), schema)
        batches = [rows.take(size) for size in sizes]
        assert rows.take(1).num_rows == 0
    assert [batch.num_rows for batch in batches] == sizes
    return [value for batch in batches for value in batch.column("value").to_pylist()]


@pytest.mark.parametrize("type_name", VALUES | ARRAYS)
def test_values_of_every_type_come_back(database_dsn: str, type_name: str) -> None:
    assert set(VALUES | ARRAYS) == set(ARROW_TYPES)
    values, expected = (VALUES | ARRAYS)[type_name]
    assert copied(database_dsn, type_name, values, [1, len(expected) - 1]) == expected


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("numeric", "0.0000000000000000001"),
        ("numeric", "123456789012345678901"),
        ("numeric", "'NaN'"),
        ("timestamptz", "'infinity'"),
        ("timestamptz", "'0044-03-15 BC'"),
        ("numeric[]", "array[1, 0.0000000000000000001]"),
        ("numeric[]", "array[1, 123456789012345678901]"),
        ("numeric[]", "array[1, 'NaN']"),
        ("timestamptz[]", "array[null, 'infinity']"),
        ("double precision[]", "array[1, 'NaN']"),
        ("bigint", "1.5"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_names_the_column(
    database_dsn: str, type_name: str, value: str
) -> None:
    sent = f"to_json({value}::{type_name})" if type_name.endswith("[]") else f"{value}::{type_name}"
    sent = value if type_name == "bigint" else sent
    schema = pa.schema([("ord", pa.int64()), ("the value", ARROW_TYPES[type_name])])
    with (
        pytest.raises(pa.ArrowException, match=r"^the value(:| is '.*', which )"),
        psycopg.connect(database_dsn, options="-c timezone=UTC") as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy (values (1, null), (2, {sent})) to stdout (format csv)") as copy,
    ):
        CopiedRows(iter(copy), schema).take(2)
