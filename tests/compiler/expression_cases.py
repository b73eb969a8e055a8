"""What expressions say, worked out by hand or by Python, for the tests of both engines: they compute it without dbt."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.macro_call import Macros

TYPES: Final = {
    "whole": "bigint",
    "other": "bigint",
    "least_bigint": "bigint",
    "amount": "double precision",
    "nan": "double precision",
    "infinite": "double precision",
    "word": "text",
    "odd_word": "text",
    "is_set": "boolean",
    "is_unknown": "boolean",
    "nothing": "bigint",
    "at": "timestamptz",
    "as_of": "timestamptz",
}
# Every sign that some reader of lines takes for the end of one; a quote, a backslash, blanks beside a line break.
ODD_WORD: Final = "it's\u2028a\u2029b\x85c\x0bd\x0ce\x1cf\x1dg\x1eh \n i \\n\r\n\tj \u00e9\U0001f600 "
AT: Final = datetime(2026, 11, 15, 0, 0, 0, 500_000, tzinfo=UTC)
VALUES: Final[dict[str, Any]] = {
    "whole": 7,
    "other": -2,
    "least_bigint": -(2**63),
    "amount": 3108.5,
    "nan": float("nan"),
    "infinite": float("inf"),
    "word": "refund",
    "odd_word": ODD_WORD,
    "is_set": True,
    "is_unknown": None,
    "nothing": None,
    "at": AT,
    "as_of": AT,
}


@dataclass(frozen=True)
class Case:
    """An expression, the type of its feature, and what it must say."""

    expression: str
    type: str
    expected: Any
    as_of: datetime = AT


def whole(expression: str, expected: int | None) -> Case:
    return Case(expression, "bigint", expected)


def double(expression: str, expected: float | None) -> Case:
    return Case(expression, "double precision", expected)


def true(expression: str) -> Case:
    return Case(expression, "boolean", expected=True)


def false(expression: str) -> Case:
    return Case(expression, "boolean", expected=False)


def null(expression: str) -> Case:
    return Case(expression, "boolean", expected=None)


ODD_LITERAL: Final = "'" + ODD_WORD.replace("'", "''") + "'"
CASES: Final = (
    # What binds more strongly; parentheses; signs.
    whole("whole + other * 3", 1),
    whole("(whole + other) * 3", 15),
    whole("whole - other - 1", 8),
    whole("whole - (other - 1)", 10),
    whole("- -whole", 7),
    whole("-whole * other", 14),
    whole("abs(-whole)", 7),
    double("whole / other / 2", -1.75),
    double("whole / (other / 2)", -7.0),
    double("whole / -other", 3.5),
    double("1 - whole / other", 4.5),
    true("is_set or is_set and not is_set"),
    false("(is_set or is_set) and not is_set"),
    true("not whole = other"),
    false("not is_set or whole < other"),
    true("whole + 1 > other * 2 and word = 'refund'"),
    true("whole in (1, 7, other) and word not in ('a', 'b')"),
    true("nothing is null and is_set is not null and (nothing = 1) is null"),
    null("is_unknown and is_set"),
    false("is_unknown and not is_set"),
    true("is_unknown is not true"),
    whole("case when is_unknown then 1 when is_set then 2 else 3 end", 2),
    whole("case word when 'x' then 1 when 'refund' then 2 end + 1", 3),
    whole("case when not is_set then 1 end", None),
    whole("coalesce(nothing, nullif(whole, 7), other)", -2),
    whole("greatest(whole, nothing, other) - least(whole, other)", 9),
    # Division by zero, roots of what has none.
    double("whole / 0", None),
    double("whole / (other + 2)", None),
    double("sqrt(whole + 2)", 3.0),
    double("sqrt(other)", None),
    null("sqrt(other) > 1"),
    double("coalesce(sqrt(other), -1)", -1.0),
    double("floor(-amount)", -3109.0),
    double("floor(infinite)", float("inf")),
    # A fraction goes to the nearest whole number, a half to the even one; what does not fit is null.
    whole("amount", 3108),
    whole("amount + 1", 3110),
    whole("-amount", -3108),
    whole("amount + 0.25", 3109),
    whole("whole * 0.5", 4),
    whole("whole * 0.5 - 1", 2),
    whole("-whole * 0.5", -4),
    whole("whole * 0.25", 2),
    whole("infinite", None),
    whole("nan", None),
    whole("least_bigint", -(2**63)),
    whole("least_bigint - 1", None),
    whole("abs(least_bigint)", None),
    whole("least_bigint - 1 + 1", -(2**63)),
    whole("whole * 1317624576693539401", 2**63 - 1),
    Case("least_bigint", "integer", None),
    Case("whole - 2147483655", "integer", -(2**31)),
    true("least_bigint - 1 < least_bigint"),
    # NaN is no value where values are put in order.
    null("nan > 1"),
    null("nan = nan"),
    null("amount < nan"),
    null("nan not in (1, 2)"),
    true("infinite > amount and amount in (nan, 3108.5)"),
    double("greatest(nan, amount)", 3108.5),
    double("least(amount, nan)", 3108.5),
    true("nan is not null and coalesce(nan > 1, is_set)"),
    # Texts are what is written.
    true(f"odd_word = {ODD_LITERAL}"),
    false(f"odd_word <> {ODD_LITERAL}"),
    Case(f"case when is_set then {ODD_LITERAL} end", "text", ODD_WORD),
    true("word = 'refund' and not word = 'Refund'"),
    # Their order is that of their bytes: capitals, then small letters, then all that is not ASCII.
    true("'B' < 'a' and 'a' > 'B' and 'z' < 'ä' and word >= 'Refund' and not word <= 'Z'"),
    Case("least(null, word, 'Z')", "text", "Z"),
    Case("case when is_set then greatest('Refund', word) end", "text", "refund"),
    true("'it''s  , ( b )' <> 'it''s, (b)'"),
    # A text that meets a time is that time, in UTC.
    true("at >= '2026-11-15T00:00:00.5Z' and at <= '2026-11-15 02:00:00.5+02:00'"),
    false("at < '2026-11-15T00:00:00.500000Z'"),
    true("'2026-11-14T20:30-03:30' < at"),
    true("at in ('2026-11-15T05:45:00.5+05:45', '2020-02-29T00:00:00Z')"),
    true("at = coalesce(at, '2020-01-01T00:00Z')"),
)
# Hours on both sides of clocks that go forward, and back, by an hour or by half of one; ends of years and months.
INSTANTS: Final = (
    datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 4, 4, 15, 15, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 30, tzinfo=UTC),
    datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
ZONES: Final = {
    None: UTC,
    "Europe/Tallinn": ZoneInfo("Europe/Tallinn"),
    "America/New_York": ZoneInfo("America/New_York"),
    "Australia/Lord_Howe": ZoneInfo("Australia/Lord_Howe"),
    "Asia/Kolkata": ZoneInfo("Asia/Kolkata"),
    "+02:00": timezone(timedelta(hours=2)),
    "-03:30": timezone(-timedelta(hours=3, minutes=30)),
}
PARTS: Final = {
    "hour": lambda time: time.hour,
    "weekday": lambda time: time.isoweekday(),
    "day_of_month": lambda time: time.day,
    "day_of_year": lambda time: time.timetuple().tm_yday,
}
TIME_CASES: Final = tuple(
    Case(
        f"{part}(as_of{f', {chr(39)}{zone}{chr(39)}' if zone else ''})", "integer", of(instant.astimezone(tz)), instant
    )
    for instant, (zone, tz), (part, of) in product(INSTANTS, ZONES.items(), PARTS.items())
)


def select(macros: Macros, cases: tuple[Case, ...], literal: Any) -> str:
    """One statement that computes all cases, a column each. `literal` writes a value of a type for the engine."""
    columns = []
    for number, case in enumerate(cases):
        names = macros._get_names(case.expression)
        feature = {"expression": case.expression, "names": names, "type": case.type}
        columns.append(
            f"(select {macros._derived_value(feature, TYPES)} from ({_inputs(case, literal)}) as one) as c{number}"
        )
    return "select\n" + ",\n".join(columns)


def _inputs(case: Case, literal: Any) -> str:
    values = {**VALUES, "as_of": case.as_of}
    return "select " + ", ".join(f"{literal(value, TYPES[name])} as {name}" for name, value in values.items())


def spark_literal(value: Any, type_name: str) -> str:
    """A value as Spark writes it; signs beyond ASCII, and all that it might read as an escape, by their number."""
    spark_type = {"text": "string", "timestamptz": "timestamp", "double precision": "double"}.get(type_name, type_name)
    if isinstance(value, str):
        units = value.encode("utf-16-be").hex()
        written = "'" + "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4)) + "'"
    elif isinstance(value, datetime):
        written = f"'{value.isoformat()}'"
    elif isinstance(value, float):
        written = f"'{ {'nan': 'NaN', 'inf': 'Infinity'}.get(str(value), value) }'"
    else:
        written = "null" if value is None else str(value).lower()
    return f"cast({written} as {spark_type})"
