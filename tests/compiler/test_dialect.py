"""Postgres as the compiler uses it: what must end a statement does, and a setting is the one that was asked for."""

import re
from typing import Final

from tests.dbt_runner import DbtProject

NUMBERS: Final = "from (values (1), (2)) as numbers (many)"


def test_a_rank_of_too_many_digits_ends_the_statement(dbt_project: DbtProject) -> None:
    few, many = (
        dbt_project.invoke(
            "show", "--inline", f"select {{{{ truepoint._checked_node('many', '0', {bound}) }}}} as node {NUMBERS}"
        )
        for bound in (3, 2)
    )
    assert few.is_success, few.output
    assert not many.is_success
    assert "a key has more ranks than 2: 2" in many.output


def test_a_feature_table_is_built_with_the_memory_of_its_variable(dbt_project: DbtProject) -> None:
    result = dbt_project.invoke("run", "--select", "+account_profile", "--vars", "truepoint_training_work_mem: 99999TB")
    assert not result.is_success
    assert 'invalid value for parameter "work_mem": "99999TB"' in result.output


def test_two_indexes_of_a_long_table_have_two_names_that_fit(dbt_project: DbtProject) -> None:
    table = "card_transactions_from_the_issuer_processor_replica"
    keys = (["cardholder", "occurred_at"], ["cardholder", "device_id", "occurred_at"], ["account_id", "occurred_at"])
    tables = [(table, of_table) for of_table in keys] + [
        ("short", keys[2]),
        ("t\N{LATIN SMALL LETTER O WITH TILDE}" * 20, keys[0]),
    ]
    calls = ", ".join(f"'{{{{ truepoint._get_index_name('{name}', {of_table}) }}}}'" for name, of_table in tables)
    result = dbt_project.invoke("show", "--output", "json", "--inline", f"select array[{calls}] as names")
    assert result.is_success, result.output
    names = re.findall(r"\w+_online\b", result.output)
    assert len(set(names)) == len(tables)
    assert all(len(name.encode()) <= 63 for name in names)
    assert "short_account_id_occurred_at_online" in names
