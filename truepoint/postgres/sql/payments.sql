-- The event tables of schema payments. Safe to run again: creates only what is not there.
--
-- Every table gets the guard of guard.sql over its known time: append-only, known_at by the clock.
-- occurred_at says when a thing happened, known_at when this database could first have used it.

create schema if not exists payments;

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
