"""The doctor on another's tables: what it advises is made, and every view of events is reached by an index."""

import psycopg

from tests.shop.conftest import Shop
from truepoint.compiled.registry import load_registry
from truepoint.postgres.doctor import apply_missing, examine


async def test_each_advised_index_is_made_and_carries_what_staging_computes_from(shop: Shop) -> None:
    registry = load_registry(shop.manifest)
    assert await apply_missing(shop.dsn, await examine(shop.dsn, registry), on_statement=lambda _: None) == ()
    findings = [finding for finding in (await examine(shop.dsn, registry)).findings if finding.check == "indexes"]
    assert [finding.message for finding in findings if not finding.is_ok] == []
    with psycopg.connect(shop.dsn) as connection:
        found = connection.execute(
            "select indexdef from pg_indexes "
            "where schemaname = 'shop' and tablename = 'Orders' and indexdef like '%INCLUDE%'"
        ).fetchall()
    ((definition,),) = found
    keys, included = definition.split(" INCLUDE ")
    assert keys.endswith('("customerId", "placedAt")')
    assert {'"orderId"', "amount", '"loadedAt"', "channel"} <= set(included.strip("()").split(", "))
