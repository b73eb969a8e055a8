"""Expressions, computed by Postgres; and what is refused in them."""

import math
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from tests.compiler.expression_cases import CASES, TIME_CASES, TYPES, Case, select
from tests.macro_call import Macros

ALLOWED: Final = {name: type_name for name, type_name in TYPES.items() if name != "as_of"}


@pytest.fixture(scope="module")
def macros() -> Macros:
    return Macros("postgres")


def is_same(given: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return isinstance(given, float) and given == expected and math.copysign(1, given) == math.copysign(1, expected)
    return type(given) is type(expected) and given == expected


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("cases", [CASES, TIME_CASES], ids=["cases", "times"])
def test_an_expression_says_what_python_says(
    macros: Macros, database_dsn: str, cases: tuple[Case, ...], time_zone: str
) -> None:
    with psycopg.connect(database_dsn, options=f"-c timezone={time_zone} -c datestyle=german") as connection:

        def literal(value: Any, type_name: str) -> str:
            return sql.SQL("cast({} as {})").format(sql.Literal(value), sql.SQL(type_name)).as_string(connection)

        found = connection.execute(select(macros, cases, literal).encode()).fetchone() or ()
    assert len(found) == len(cases)
    wrong = [
        f"{case.expression} as of {case.as_of}: {given!r}, not {case.expected!r}"
        for case, given in zip(cases, found, strict=True)
        if not is_same(given, case.expected)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("whole in ()", "has in (), a list of nothing (allowed: one value or more)"),
        ("coalesce()", "gives coalesce 0 arguments (allowed: 1 or more)"),
        ("nullif(whole)", "gives nullif 1 arguments (allowed: 2)"),
        ("sqrt(whole, 2)", "gives sqrt 2 arguments (allowed: 1)"),
        ("greatest(whole)", "gives greatest 1 arguments (allowed: 2 or more)"),
        ("1 < whole < 3", "compares what is a comparison already, at < (allowed: a < b and b < c; or parentheses)"),
        ("whole = 1 is true", "compares what is a comparison already, at is"),
        ("at >= '2026-11-15'", "compares a timestamptz with '2026-11-15' (allowed: an ISO time with its zone, such as"),
        ("at in ('2026-11-15 00:00:00Z', '15.11.2026')", "compares a timestamptz with '15.11.2026'"),
        ("at > '2026-02-29T00:00:00Z'", "compares a timestamptz with '2026-02-29T00:00:00Z'"),
        ("word > 1", "> has text and number (allowed: values of one kind)"),
        ("word + 1 > 2", "+ has a text (allowed: numbers)"),
        ("not whole", "not has a bigint (allowed: a boolean, or a comparison)"),
        ("whole and is_set", "and has a bigint"),
        ("case when is_set then 1 else 'x' end", "case has number and text"),
        ("case when whole then 1 end", "when has a bigint"),
        ("whole between 1 and 2", "names between"),
        ("exp(whole)", "names exp"),
        ("whole = not is_set", "has not after = (allowed: put it into parentheses)"),
        ("word = 'a", "has a text without its closing '"),
        ("word = 'a\0b'", "has a text with the character NUL"),
        (
            "hour(at) > 1",
            "has hour of something else than as_of (allowed: hour(as_of), or hour(as_of, 'Europe/Tallinn'))",
        ),
        ("hour(as_of, 'Europe/Talin') > 1", "has the time zone 'Europe/Talin' (allowed: 'UTC', a zone by its name"),
        ("hour(as_of, 'EST') > 1", "has the time zone 'EST' (allowed:"),
        ("as_of > at", "names as_of"),
        ("", "is empty"),
        ("(whole", "has a parenthesis without its partner"),
        ("whole other", "has no operator between whole and other"),
        ("(whole other)", "has no operator between whole and other"),
        ("case is_set then 1 end", "has a case without when"),
        ("case when is_set 1 end", "has no operator between is_set and 1"),
    ],
)
def test_a_mistake_is_told(macros: Macros, expression: str, told: str) -> None:
    errors = macros._get_expression_errors(expression, ALLOWED, is_derived=True)
    assert any(error.startswith(told) for error in errors), errors


@pytest.mark.parametrize("case", [*CASES, *TIME_CASES[:8]], ids=lambda case: repr(case.expression))
def test_what_is_right_is_not_refused(macros: Macros, case: Case) -> None:
    assert macros._get_expression_errors(case.expression, ALLOWED, is_derived=True) == []


def test_the_time_of_the_decision_is_not_for_conditions_over_events(macros: Macros) -> None:
    (error,) = macros._get_expression_errors("hour(as_of) < 6", ALLOWED)
    assert error.startswith("asks for the time of the decision, which a condition over events does not know")


def test_every_word_that_postgres_reserves_is_refused_as_a_name(macros: Macros, database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        words = [
            word for (word,) in connection.execute("select word from pg_get_keywords() where catcode in ('R', 'T')")
        ]
    assert len(words) > 90
    assert not set(words) - set(macros._get_reserved_words())
