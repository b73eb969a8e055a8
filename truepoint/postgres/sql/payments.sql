-- The event tables of schema payments, and the guard over their known times.
-- Safe to run again: creates only what is not there.
--
-- Every table is append-only. occurred_at says when a thing happened, known_at when this database could first have used it.
-- A live insert gets known_at from the clock, whatever it gave; only a loader of history, run by the table's owner,
-- gives its own (setting truepoint.load_history), and each such load starts a new epoch.

create schema if not exists payments;
create schema if not exists truepoint;

create table if not exists truepoint.epochs (
    epoch bigint generated always as identity primary key,
    started_at timestamptz not null default clock_timestamp(),
    cause text not null
);

create table if not exists payments.customers (
    customer_version_id text primary key,
    customer_id text not null,
    segment text not null,
    country text not null,
    occurred_at timestamptz not null,
    known_at timestamptz not null
);

create table if not exists payments.accounts (
    account_version_id text primary key,
    account_id text not null,
    customer_id text not null,
    home_country text,
    currency text not null,
    opened_at timestamptz not null,
    occurred_at timestamptz not null,
    known_at timestamptz not null
);

create table if not exists payments.merchants (
    merchant_version_id text primary key,
    merchant_id text not null,
    category_code text,
    country text,
    occurred_at timestamptz not null,
    known_at timestamptz not null
);

create table if not exists payments.transactions (
    transaction_id text primary key,
    account_id text not null,
    merchant_id text not null,
    device_id text,                     -- null where the terminal is the merchant's
    kind text not null check (kind in ('purchase', 'refund')),
    is_declined boolean not null,
    is_overdraft boolean not null,      -- the account's balance was below zero after it
    amount_minor bigint not null,       -- minor units of currency; a refund is negative
    currency text not null,
    base_amount_minor bigint not null,  -- minor units of the one base currency
    country text,                       -- where the card was used
    latitude double precision,
    longitude double precision,
    occurred_at timestamptz not null,
    known_at timestamptz not null
);

create table if not exists payments.chargebacks (
    chargeback_id text primary key,
    transaction_id text not null,
    account_id text not null,
    merchant_id text not null,
    reason text not null,
    base_amount_minor bigint not null,
    occurred_at timestamptz not null,   -- when the disputed transaction happened
    known_at timestamptz not null       -- when the chargeback was reported to us
);

-- Whether the setting may be believed: only the table's owner loads history.
create or replace function truepoint.may_load_history(event_table oid) returns boolean
language sql stable
as $$
    select pg_has_role(current_user, (select relowner from pg_class where oid = event_table), 'usage')
$$;

create or replace function truepoint.set_known_at() returns trigger
language plpgsql
as $$
begin
    -- Nested, since the cheap test is made for every row and the other one only in a load of history.
    if current_setting('truepoint.load_history', true) = 'on' then
        if truepoint.may_load_history(tg_relid) then
            return new;
        end if;
    end if;
    new.known_at := clock_timestamp();
    return new;
end
$$;

create or replace function truepoint.refuse_change() returns trigger
language plpgsql
as $$
begin
    if
        coalesce(current_setting('truepoint.load_history', true), '') <> 'on'
        or not truepoint.may_load_history(tg_relid)
    then
        raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
            using hint = 'Insert a compensating event. Erasure is a backfill: set truepoint.load_history = on as the table''s owner, and add a row to truepoint.epochs.';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;

do $$
declare
    event_table text;
begin
    foreach event_table in array array['customers', 'accounts', 'merchants', 'transactions', 'chargebacks'] loop
        execute format('create or replace trigger set_known_at before insert on payments.%I for each row execute function truepoint.set_known_at()', event_table);
        execute format('create or replace trigger refuse_change before update or delete on payments.%I for each row execute function truepoint.refuse_change()', event_table);
        -- Fresh rows must become all-visible soon, or index-only scans fetch them from the heap.
        execute format('alter table payments.%I set (autovacuum_vacuum_insert_scale_factor = 0.01)', event_table);
    end loop;
end
$$;
