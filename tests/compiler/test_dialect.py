"""Postgres as the compiler uses it: what must end a statement does, and a setting is the one that was asked for."""

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
