"""A manifest by hand, in the compiler's form, over the payments schema as installed. Two services:

account_activity: three features of an account's transactions, as the compiler would write them, in short.
echo: answers each request field with itself, and does what its text field `say` asks for.
"""

import copy
import json
from pathlib import Path
from typing import Any

_ACTIVITY_STATEMENT = """
-- One row per request row: what the account did lately.
with request as (
    select asked.ord, asked.account_id, asked.amount_minor, asked.event_id,
        coalesce(asked.as_of, statement_timestamp()) as as_of
    from unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[]) with ordinality as asked (
        account_id, amount_minor, event_id, as_of, ord
    )
)

select
    request.ord,
    request.as_of,
    statement_timestamp() as answered_at,
    account_features.found__account_features,
    account_features.account_txn_count_1h,
    account_features.account_amount_mean_30d,
    request.amount_minor * 2 as txn_amount_twice
from request
cross join lateral (
    select
        count(*) > 0 as found__account_features,
        count(*) filter (
            where event.occurred_at > request.as_of - interval '3600 seconds'
        ) as account_txn_count_1h,
        sum(event.base_amount_minor)::double precision / nullif(count(*), 0)::double precision
            as account_amount_mean_30d
    from payments.transactions as event
    where
        event.account_id = request.account_id
        and event.occurred_at > request.as_of - interval '2592000 seconds'
        and event.occurred_at <= request.as_of
        and event.known_at <= request.as_of
        and event.transaction_id is distinct from request.event_id
) as account_features
order by request.ord
"""

_ACTIVITY: dict[str, Any] = {
    "service": "account_activity",
    "description": "What an account did lately.",
    "definition_version": "0123456789abcdef0123456789abcdef",
    "parameters": [
        {"name": "account_id", "type": "text", "role": "entity"},
        {"name": "amount_minor", "type": "bigint", "role": "request"},
        {"name": "event_id", "type": "text", "role": "event"},
        {"name": "as_of", "type": "timestamptz", "role": "as_of"},
    ],
    "features": [
        {
            "name": "account_txn_count_1h",
            "type": "bigint",
            "view": "account_features",
            "description": "Transactions by the account in the hour up to the as-of time.",
            "definition": {"aggregate": "count", "window": "1h"},
        },
        {
            "name": "account_amount_mean_30d",
            "type": "double precision",
            "view": "account_features",
            "description": "Mean amount of the account's transactions in the last 30 days. Null without any.",
            "definition": {"aggregate": "mean", "of": "amount_minor", "window": "30d"},
        },
        {
            "name": "txn_amount_twice",
            "type": "bigint",
            "view": "transaction_features",
            "description": "The amount, twice; out of range where that is no bigint.",
            "definition": {"expression": "amount_minor * 2"},
        },
    ],
    "views": [
        {
            "name": "account_features",
            "entity": ["account_id"],
            "found": "found__account_features",
            "known_key": "exists (select 1 from payments.transactions as counted"
            " where counted.account_id = training.account_id)",
            "events": "transactions",
        }
    ],
    "relations": [
        {
            "name": "transactions",
            "relation": '"payments"."transactions"',
            "event_time": "occurred_at",
            "known_at": "known_at",
            "columns": {
                "transaction_id": "text",
                "account_id": "text",
                "base_amount_minor": "bigint",
                "occurred_at": "timestamptz",
                "known_at": "timestamptz",
            },
        }
    ],
    "indexes": [
        {
            "table": '"payments"."transactions"',
            "name": "transactions_account_id_occurred_at_online",
            "keys": ["account_id", "occurred_at"],
            "include": ["known_at", "transaction_id", "base_amount_minor"],
        }
    ],
}

_ECHO_FIELDS = {
    "a_bigint": "bigint",
    "a_boolean": "boolean",
    "a_double": "double precision",
    "an_integer": "integer",
    "a_numeric": "numeric",
    "a_text": "text",
    "a_time": "timestamptz",
    "a_uuid": "uuid",
    "a_date": "date",
    "a_smallint": "smallint",
}

_ECHO_STATEMENT = """
select
    asked.ord,
    coalesce(asked.as_of, statement_timestamp()) as as_of,
    statement_timestamp() as answered_at,
    asked.a_bigint as echoed_bigint,
    asked.a_boolean as echoed_boolean,
    case asked.say when 'nan' then 'NaN' when 'infinity' then '-Infinity' else asked.a_double end as echoed_double,
    case asked.say when 'divide' then 1 / (asked.ord - asked.ord)::integer else asked.an_integer end as echoed_integer,
    case asked.say when 'nan' then 'NaN' else asked.a_numeric end as echoed_numeric,
    case asked.say when 'sleep' then pg_sleep(2)::text else asked.a_text end as echoed_text,
    case asked.say
        when 'far' then timestamptz '20000-01-01 00:00:00+00' when 'infinity' then 'infinity' else asked.a_time
    end as echoed_time,
    asked.a_uuid as echoed_uuid,
    asked.a_date as echoed_date,
    asked.a_smallint as echoed_smallint
from unnest(
    $1::bigint[], $2::boolean[], $3::double precision[], $4::integer[], $5::numeric[], $6::text[], $7::timestamptz[],
    $8::uuid[], $9::date[], $10::smallint[], $11::text[], $12::timestamptz[]
) with ordinality as asked (
    a_bigint, a_boolean, a_double, an_integer, a_numeric, a_text, a_time, a_uuid, a_date, a_smallint, say, as_of, ord
)
order by asked.ord
"""

_ECHO: dict[str, Any] = {
    "service": "echo",
    "description": "Answers with what it was given.",
    "definition_version": "fedcba9876543210fedcba9876543210",
    "parameters": [
        *({"name": name, "type": type_name, "role": "request"} for name, type_name in _ECHO_FIELDS.items()),
        {"name": "say", "type": "text", "role": "request"},
        {"name": "as_of", "type": "timestamptz", "role": "as_of"},
    ],
    "features": [
        {
            "name": f"echoed_{name.split('_')[1]}",
            "type": type_name,
            "view": "echoes",
            "description": f"What {name} was.",
            "definition": {"expression": name},
        }
        for name, type_name in _ECHO_FIELDS.items()
    ],
    "views": [],
    "relations": [],
    "indexes": [],
}

STATEMENTS = {"account_activity": _ACTIVITY_STATEMENT, "echo": _ECHO_STATEMENT}


def signature(service: str) -> dict[str, Any]:
    """Return a copy of a service's signature, for a test to change."""
    return copy.deepcopy({"account_activity": _ACTIVITY, "echo": _ECHO}[service])


def compiled(of_service: dict[str, Any], statement: str | None = None) -> str:
    """Return the text as the compiler leaves it: the statement, then its signature."""
    text = STATEMENTS[of_service["service"]] if statement is None else statement
    return f"{text.strip()}\n\n-- truepoint-signature: {json.dumps(of_service)}\n"


def write_manifest(folder: Path, *texts: str) -> Path:
    """Write a manifest with these compiled texts, beside a model as dbt would have it, and return its path."""
    nodes: dict[str, Any] = {"model.payments.stg_transactions": {"compiled_code": "select 1"}}
    for position, text in enumerate(texts):
        nodes[f"analysis.payments.service_{position}"] = {"compiled_code": text}
    path = folder / "manifest.json"
    path.write_text(json.dumps({"metadata": {}, "nodes": nodes}))
    return path


def row_for_echo(**values: object) -> dict[str, object]:
    """Return a row for the service echo with nulls where nothing is given."""
    return {**dict.fromkeys(_ECHO_FIELDS), "say": None, **values}
