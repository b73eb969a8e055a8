"""Whatever staging does to the keys: an index that serves is met, one that would serve is advised, else a sentence."""

from pathlib import Path

import pytest

from tests.truepoint.postgres.staged import execute, faults, found, staged_registry
from truepoint.compiled.registry import Registry
from truepoint.postgres.connecting import connect_asyncpg
from truepoint.postgres.doctor import Examination, apply_missing, examine
from truepoint.postgres.doctor.index_needs import own_name
from truepoint.postgres.doctor.origins import column_under, find_origins

COLUMNS = "transaction_id, base_amount_minor, occurred_at, known_at"
UUIDS = """
create schema raw;
create table raw.transactions (like payments.transactions);
alter table raw.transactions alter account_id type uuid using md5(account_id)::uuid;
"""
UUID_VIEW = f"select account_id::text as account_id, {COLUMNS} from raw.transactions"


async def mended(dsn: str, registry: Registry) -> Examination:
    """Apply what is missing; nothing may fail."""
    assert await apply_missing(dsn, await examine(dsn, registry), on_statement=lambda _: None) == ()
    return await examine(dsn, registry)


async def test_an_expression_index_is_advised_for_a_cast_key_and_serves(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, UUIDS)
    registry = staged_registry(database_dsn, tmp_path, UUID_VIEW)
    examination = await examine(database_dsn, registry)
    (finding,) = (of for of in found(examination, "indexes"))
    assert finding.subject == "raw.transactions"
    assert "((account_id)::text), occurred_at)" in finding.ddl[0]
    assert faults(await mended(database_dsn, registry), "indexes") == []


async def test_an_expression_index_made_by_hand_is_met(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, UUIDS, "create index by_hand on raw.transactions ((account_id::text), occurred_at)")
    registry = staged_registry(database_dsn, tmp_path, UUID_VIEW)
    assert faults(await examine(database_dsn, registry), "indexes") == []


async def test_an_index_on_the_bare_column_does_not_pass_for_the_expression(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, UUIDS, "create index by_hand on raw.transactions (account_id, occurred_at)")
    registry = staged_registry(database_dsn, tmp_path, UUID_VIEW)
    assert len(faults(await examine(database_dsn, registry), "indexes")) == 1


async def test_a_varchar_key_is_served_by_its_column(database_dsn: str, tmp_path: Path) -> None:
    execute(
        database_dsn,
        "create schema raw",
        "create table raw.transactions (like payments.transactions)",
        "alter table raw.transactions alter account_id type varchar(20)",
        "create index by_hand on raw.transactions (account_id, occurred_at)",
    )
    registry = staged_registry(database_dsn, tmp_path, UUID_VIEW)
    assert faults(await examine(database_dsn, registry), "indexes") == []


@pytest.mark.parametrize(
    "key",
    ["lower(account_id)", "merchant_id || '-' || account_id", "coalesce(account_id, '(none)')", '"Account"'],
)
async def test_what_is_advised_for_any_expression_is_made_and_serves(
    database_dsn: str, tmp_path: Path, key: str
) -> None:
    execute(
        database_dsn,
        "create schema raw",
        'create table raw."Order" (like payments.transactions)',
        'alter table raw."Order" add column "Account" text',
    )
    registry = staged_registry(database_dsn, tmp_path, f'select {key} as account_id, {COLUMNS} from raw."Order"')
    examination = await examine(database_dsn, registry)
    assert len(faults(examination, "indexes")) == 1
    assert faults(await mended(database_dsn, registry), "indexes") == []


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (
            "select to_char(occurred_at, 'YYYY') || account_id as account_id, transaction_id, base_amount_minor, "
            "occurred_at, known_at from payments.transactions",
            "none can serve: functions in index expression must be marked IMMUTABLE",
        ),
        (
            "select names.reason as account_id, events.transaction_id, events.base_amount_minor, events.occurred_at, "
            "events.known_at from payments.transactions as events "
            "inner join payments.chargebacks as names on names.transaction_id = events.transaction_id",
            "no index can serve",
        ),
        (
            "select account_id, max(transaction_id) as transaction_id, sum(base_amount_minor)::bigint as "
            "base_amount_minor, max(occurred_at) as occurred_at, max(known_at) as known_at "
            "from payments.transactions group by account_id, merchant_id",
            "serve",
        ),
    ],
    ids=["of the session", "joined", "grouped"],
)
async def test_where_no_index_can_serve_there_is_a_sentence_and_no_ddl(
    database_dsn: str, tmp_path: Path, view: str, message: str
) -> None:
    registry = staged_registry(database_dsn, tmp_path, view)
    examination = await examine(database_dsn, registry)
    assert any(message in fault for fault in faults(examination, "indexes"))
    assert [finding.ddl for finding in found(examination, "indexes") if not finding.is_ok] == [()] * len(
        faults(examination, "indexes")
    )


async def test_each_table_of_a_union_gets_its_index(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, UUIDS)
    view = f"{UUID_VIEW} union all select account_id, {COLUMNS} from payments.transactions"
    registry = staged_registry(database_dsn, tmp_path, view)
    examination = await examine(database_dsn, registry)
    assert sorted(of.subject for of in found(examination, "indexes")) == ["payments.transactions", "raw.transactions"]
    assert faults(await mended(database_dsn, registry), "indexes") == []


PARTITIONED = """
create schema raw;
create table raw.events (like payments.transactions) partition by range (occurred_at);
create table raw."Old events" partition of raw.events for values from ('2020-01-01') to ('2026-01-01');
create table raw.events_new partition of raw.events for values from ('2026-01-01') to ('2030-01-01')
    partition by list (country);
create table raw.events_new_ee partition of raw.events_new for values in ('EE');
"""


@pytest.mark.parametrize("key", ["account_id", "lower(account_id)"])
async def test_a_partitioned_table_gets_an_index_on_each_partition_and_then_one(
    database_dsn: str, tmp_path: Path, key: str
) -> None:
    execute(database_dsn, PARTITIONED)
    registry = staged_registry(database_dsn, tmp_path, f"select {key} as account_id, {COLUMNS} from raw.events")
    examination = await examine(database_dsn, registry)
    (finding,) = (of for of in found(examination, "indexes"))
    concurrently = [statement for statement in finding.ddl if "create index concurrently" in statement]
    assert len(concurrently) == 2
    assert faults(await mended(database_dsn, registry), "indexes") == []
    execute(database_dsn, "create table raw.events_new_fi partition of raw.events_new for values in ('FI')")
    assert faults(await examine(database_dsn, registry), "indexes") == []


async def test_an_index_that_some_partitions_lack_is_completed(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, PARTITIONED)
    registry = staged_registry(database_dsn, tmp_path, f"select account_id, {COLUMNS} from raw.events")
    (finding,) = (of for of in found(await examine(database_dsn, registry), "indexes"))
    execute(database_dsn, *finding.ddl[:2])  # broken off
    part = next(statement for statement in finding.ddl if "Old events" in statement).split('"')[0].split()[-3]
    execute(
        database_dsn,
        "update pg_index set indisvalid = false from pg_class "
        f"where pg_class.oid = indexrelid and relname = '{part}' and relkind = 'i'",
    )
    assert faults(await mended(database_dsn, registry), "indexes") == []


async def test_two_indexes_of_a_long_name_have_two_names(database_dsn: str, tmp_path: Path) -> None:
    table = "card_transactions_from_the_issuer_processor_replica"
    execute(
        database_dsn,
        "create schema raw",
        f"create table raw.{table} (like payments.transactions)",
        f"alter table raw.{table} rename column account_id to cardholder_account_identifier",
    )
    names = {own_name(table, keys) for keys in (("cardholder_account_identifier", "at"), ("cardholder", "at"), ("a",))}
    assert len(names) == 3
    assert all(len(name.encode()) <= 63 for name in names)
    registry = staged_registry(
        database_dsn,
        tmp_path,
        f"select cardholder_account_identifier as account_id, device_id, {COLUMNS} from raw.{table}",
        entity=("account_id", "device_id"),
    )
    examination = await examine(database_dsn, registry)
    assert len(faults(examination, "indexes")) == 1
    assert faults(await mended(database_dsn, registry), "indexes") == []


@pytest.mark.parametrize(
    "view",
    [
        "with source as (select * from raw.transactions), renamed as (select account_id::text as account_id, "
        f"{COLUMNS} from source) select * from renamed",
        "select * from staged.inner",
        "with again as (select known_at, account_id, transaction_id, base_amount_minor, occurred_at from staged.inner) "
        "select * from again",
        "with one as (select * from staged.inner), two as (select distinct merchant_id from payments.merchants) "
        "select one.* from one left join two on two.merchant_id = one.transaction_id",
    ],
    ids=["ctes", "a view of ctes", "ctes over ctes in another order", "joined"],
)
async def test_views_with_ctes_over_views_with_ctes_are_seen_through(
    database_dsn: str, tmp_path: Path, view: str
) -> None:
    execute(database_dsn, UUIDS, "create schema staged")
    execute(
        database_dsn,
        "create view staged.inner as with source as (select * from raw.transactions) "
        f"select account_id::text as account_id, {COLUMNS} from source",
    )
    registry = staged_registry(database_dsn, tmp_path, view)
    relation = registry.services["account_activity"].relations[0]
    async with connect_asyncpg(database_dsn) as connection:
        origins = await find_origins(connection, relation.relation_name, tuple(relation.columns))
    (origin,) = (of for of in origins if of.table == "transactions")
    assert (origin.schema, origin.expressions["account_id"]) == ("raw", "(account_id)::text")
    assert {origin.expressions[column] for column in COLUMNS.split(", ")} == set(COLUMNS.split(", "))
    assert faults(await mended(database_dsn, registry), "indexes") == []


@pytest.mark.parametrize(
    ("expression", "column"),
    [
        ("known_at", "known_at"),
        ('"Known ""at"""', 'Known "at"'),
        ("(known_at)::timestamp with time zone", "known_at"),
        ("(known_at AT TIME ZONE 'UTC'::text)", "known_at"),
        ("((known_at AT TIME ZONE 'UTC'::text))::timestamp(3) with time zone", None),
        ("GREATEST(a, b)", None),
        ("(a || b)", None),
    ],
)
def test_the_column_under_an_expression(expression: str, column: str | None) -> None:
    assert column_under(expression) == column
