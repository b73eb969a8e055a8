"""Two indexes that promise one row each are one to the planner: the doctor does not call a matter of taste a fault."""

import psycopg

from tests.dbt_runner import DbtProject
from truepoint.compiled.registry import load_registry
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions
from truepoint.postgres.doctor import apply_missing, examine

WIDE = "account_id, device_id, occurred_at"
# What a vacuum leaves where the last pages of a table are empty: then an index-only scan is taken to fetch a page too.
NOT_ALL_VISIBLE = "update pg_class set relallvisible = relpages - 1 where oid = 'payments.transactions'::regclass"


async def test_an_index_that_the_plan_passes_over_for_an_equal_one_is_no_fault(dbt_project: DbtProject) -> None:
    load_sample(dbt_project.dsn, SampleOptions(rows=30_000, days=120))
    registry = load_registry(dbt_project.compile_online())
    dbt_project.run("run", "--select", "staging")
    await apply_missing(dbt_project.dsn, await examine(dbt_project.dsn, registry), on_statement=lambda _: None)
    with psycopg.connect(dbt_project.dsn, autocommit=True) as connection:
        connection.execute(NOT_ALL_VISIBLE)
    findings = (await examine(dbt_project.dsn, registry)).findings
    (tied,) = [finding for finding in findings if finding.check == "indexes" and f"index on {WIDE}" in finding.message]
    assert tied.is_ok
    with psycopg.connect(dbt_project.dsn, autocommit=True) as connection:
        connection.execute("drop index payments.transactions_account_id_device_id_occurred_at_online")
    findings = (await examine(dbt_project.dsn, registry)).findings
    (lacking,) = [finding for finding in findings if finding.check == "indexes" and WIDE in finding.message]
    assert not lacking.is_ok
