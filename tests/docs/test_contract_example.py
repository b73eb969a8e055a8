"""The example of docs/contract.md, computed by the compiled statement."""

import re
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.dbt_runner import DbtProject
from tests.docs.pages import read, table_after
from truepoint.compiled.registry import load_registry

INSERT = """
insert into payments.transactions (
    transaction_id, account_id, merchant_id, base_amount_minor, occurred_at, known_at,
    kind, is_declined, is_overdraft, amount_minor, currency
) values (%s, 'A1', %s, %s, (%s || 'Z')::timestamptz, (%s || 'Z')::timestamptz, 'purchase', false, false, 0, 'EUR')
"""


def test_example_of_the_contract_holds(database_dsn: str, dbt_project: DbtProject) -> None:
    page = read("contract.md")
    service = load_registry(dbt_project.compile_online()).services["card_fraud"]
    dbt_project.run("run", "--select", "staging")
    questions = re.findall(r"<!-- (test: values as of (.+) deciding (.+)) -->", page)
    assert len(questions) == 2
    with psycopg.connect(database_dsn) as connection:
        connection.execute("set truepoint.load_history = 'on'")
        for event in table_after(page, "test: events"):
            names = ("event id", "merchant", "amount (cents)", "event time", "known time")
            connection.execute(INSERT, [event[name] for name in names])
        for mark, as_of, decided in questions:
            request = {
                "account_id": "A1",
                "merchant_id": None,
                "amount_minor": 7000,
                "country": None,
                "device_id": None,
                "event_id": None if decided == "nothing" else decided,
                "as_of": f"{as_of}Z",
            }
            arrays = [[request[parameter.name]] for parameter in service.parameters]
            answer = psycopg.RawCursor(connection, row_factory=dict_row).execute(service.statement, arrays).fetchone()
            assert answer is not None
            expected = {row["feature"]: _number(row["value"]) for row in table_after(page, mark)}
            assert {name: answer[name] for name in expected} == expected


def _number(text: str) -> Any:
    return float(text) if "." in text else int(text)


RULES = (
    "Window",
    "Lifetime",
    "Offset",
    "Longest window",
    "Span",
    "Known time",
    "Null key",
    "Null attribute",
    "Ties and corrections",
    "Nothing seen",
    "Found",
    "Exactness",
    "Settled time",
)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_paragraph(rule: str) -> None:
    assert f"**{rule}.**" in read("contract.md")
