-- truepoint: service card_fraud, version 3e7414d95ac3ad2dad36146e7222a2a8
-- One row per request row, in the order of the requests.
with

-- The request rows.
asked as (
    select
        asked.ord,
        asked.account_id,
        asked.merchant_id,
        asked.amount_minor,
        asked.country,
        asked.device_id,
        asked.event_id,
        coalesce(asked.as_of, statement_timestamp()) as as_of
    from unnest(
        $1::text[],
        $2::text[],
        $3::bigint[],
        $4::text[],
        $5::text[],
        $6::text[],
        $7::timestamptz[]
    ) with ordinality as asked (
        account_id,
        merchant_id,
        amount_minor,
        country,
        device_id,
        event_id,
        as_of,
        ord
    )
),

-- With the bounds of every window; worked out once per row, not per event.
request as materialized (
    select
        asked.*,
        asked.as_of - interval '7776000 seconds' /* 90d */ as since_90d,
        asked.as_of - interval '3600 seconds' /* 1h */ as since_1h,
        asked.as_of - interval '86400 seconds' /* 1d */ as since_24h,
        asked.as_of - interval '2592000 seconds' /* 30d */ as since_30d,
        asked.as_of - interval '604800 seconds' /* 7d */ as since_7d,
        asked.as_of - interval '300 seconds' /* 5m */ as since_5m
    from asked
),

-- The features of each view, for each request row.
answers as (
    select
        request.*,
        account_device_features.*,
        account_features.*,
        account_profile.*,
        merchant_chargeback_features.*,
        merchant_features.*
    from request
    -- account_device_features: 1 feature over stg_transactions, by account_id, device_id.
    cross join lateral (
        select
            -- Whether the key has any event.
            exists (
                select 1
                from "truepoint_features"."stg_transactions" as event
                where
                    event.account_id = request.account_id
                    and event.device_id = request.device_id
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.transaction_id is distinct from request.event_id
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            ) as found__account_device_features,
            cast(windows.n_90d as bigint) as account_device_txn_count_90d
        -- windows: counts and sums in one scan, 90d back.
        from (
            select
                count(*) as n_90d
            from "truepoint_features"."stg_transactions" as event
            where
                event.account_id = request.account_id
                and event.device_id = request.device_id
                and event.occurred_at > request.since_90d
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.transaction_id is distinct from request.event_id
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
        ) as windows
    ) as account_device_features
    -- account_features: 6 features over stg_transactions, by account_id.
    cross join lateral (
        select
            -- Whether the key has any event.
            exists (
                select 1
                from "truepoint_features"."stg_transactions" as event
                where
                    event.account_id = request.account_id
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.transaction_id is distinct from request.event_id
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            ) as found__account_features,
            cast(windows.n_1h as bigint) as account_txn_count_1h,
            case when windows.amount_minor_total_24h between -9223372036854775808 and 9223372036854775807
                then cast(windows.amount_minor_total_24h as bigint) end as account_amount_sum_24h,
            cast(windows.amount_minor_total_30d as double precision) / nullif(cast(windows.amount_minor_n_30d as double precision), 0)
                as account_amount_mean_30d,
            sqrt(cast(cast(windows.amount_minor_n_30d as numeric) * windows.amount_minor_squares_30d - cast(windows.amount_minor_total_30d as numeric)
                * windows.amount_minor_total_30d as double precision)
                / nullif(cast(cast(windows.amount_minor_n_30d as numeric) * (windows.amount_minor_n_30d - 1) as double precision), 0))
                as account_amount_stddev_30d,
            cast(merchant_id_values_7d.how_many as bigint) as account_distinct_merchants_7d,
            cast(extract(epoch from (request.as_of - latest_90d.event_time)) as double precision) as txn_seconds_since_last
        -- windows: counts and sums in one scan, 30d back.
        from (
            select
                count(*) filter (where event.occurred_at > request.since_1h) as n_1h,
                coalesce(sum(event.amount_minor) filter (where event.occurred_at > request.since_24h), 0) as amount_minor_total_24h,
                count(*) filter (where event.amount_minor is not null) as amount_minor_n_30d,
                coalesce(sum(event.amount_minor), 0) as amount_minor_total_30d,
                coalesce(sum(cast(event.amount_minor as numeric) * cast(event.amount_minor as numeric)), 0) as amount_minor_squares_30d
            from "truepoint_features"."stg_transactions" as event
            where
                event.account_id = request.account_id
                and event.occurred_at > request.since_30d
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.transaction_id is distinct from request.event_id
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
        ) as windows
        -- merchant_id_values_7d: how many different values, in one scan, 7d back.
        cross join lateral (
            select count(*) as how_many
            from (
                select event.merchant_id as value
                from "truepoint_features"."stg_transactions" as event
                where
                    event.account_id = request.account_id
                    and event.occurred_at > request.since_7d
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.transaction_id is distinct from request.event_id
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.merchant_id is not null
                group by event.merchant_id
            ) as present
        ) as merchant_id_values_7d
        -- latest_90d: the latest event, 90d back.
        left join lateral (
            select
                event.occurred_at as event_time
            from "truepoint_features"."stg_transactions" as event
            where
                event.account_id = request.account_id
                and event.occurred_at > request.since_90d
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.transaction_id is distinct from request.event_id
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            order by event.occurred_at desc, event.known_at desc, event.transaction_id collate "C" desc
            limit 1
        ) as latest_90d
            on true
    ) as account_features
    -- account_profile: 1 feature over stg_accounts, by account_id.
    cross join lateral (
        select
            -- Whether the key has any event.
            exists (
                select 1
                from "truepoint_features"."stg_accounts" as event
                where
                    event.account_id = request.account_id
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            ) as found__account_profile,
            latest_home_country_lifetime.of_latest as account_home_country
        from (values (1)) as one_row (one)
        -- latest_home_country_lifetime: the latest event, of all time.
        left join lateral (
            select
                event.occurred_at as event_time,
                event.home_country as of_latest
            from "truepoint_features"."stg_accounts" as event
            where
                event.account_id = request.account_id
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            order by event.occurred_at desc, event.known_at desc, event.account_version_id collate "C" desc
            limit 1
        ) as latest_home_country_lifetime
            on true
    ) as account_profile
    -- merchant_chargeback_features: 1 feature over stg_chargebacks, by merchant_id.
    cross join lateral (
        select
            -- Whether the key has any event.
            exists (
                select 1
                from "truepoint_features"."stg_chargebacks" as event
                where
                    event.merchant_id = request.merchant_id
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            ) as found__merchant_chargeback_features,
            cast(windows.n_90d as bigint) as merchant_chargeback_count_90d
        -- windows: counts and sums in one scan, 90d back.
        from (
            select
                count(*) as n_90d
            from "truepoint_features"."stg_chargebacks" as event
            where
                event.merchant_id = request.merchant_id
                and event.occurred_at > request.since_90d
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
        ) as windows
    ) as merchant_chargeback_features
    -- merchant_features: 3 features over stg_transactions, by merchant_id.
    cross join lateral (
        select
            -- Whether the key has any event.
            exists (
                select 1
                from "truepoint_features"."stg_transactions" as event
                where
                    event.merchant_id = request.merchant_id
                    and event.occurred_at <= request.as_of
                    and event.known_at <= request.as_of
                    and event.transaction_id is distinct from request.event_id
                    and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                    and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                    and event.known_at < timestamptz '2150-01-01 00:00:00+00'
            ) as found__merchant_features,
            cast(windows.n_5m as bigint) as merchant_txn_count_5m,
            cast(windows.is_declined_total_1h as double precision) / nullif(cast(windows.is_declined_n_1h as double precision), 0)
                as merchant_declined_share_1h,
            sqrt(cast(cast(windows.amount_minor_n_30d as numeric) * windows.amount_minor_squares_30d - cast(windows.amount_minor_total_30d as numeric)
                * windows.amount_minor_total_30d as double precision)
                / nullif(cast(cast(windows.amount_minor_n_30d as numeric) * (windows.amount_minor_n_30d - 1) as double precision), 0))
                as merchant_amount_stddev_30d
        -- windows: counts and sums in one scan, 30d back.
        from (
            select
                count(*) filter (where event.occurred_at > request.since_5m) as n_5m,
                count(*) filter (where event.occurred_at > request.since_1h and cast(event.is_declined as integer) is not null) as is_declined_n_1h,
                coalesce(sum(cast(event.is_declined as integer)) filter (where event.occurred_at > request.since_1h), 0) as is_declined_total_1h,
                count(*) filter (where event.amount_minor is not null) as amount_minor_n_30d,
                coalesce(sum(event.amount_minor), 0) as amount_minor_total_30d,
                coalesce(sum(cast(event.amount_minor as numeric) * cast(event.amount_minor as numeric)), 0) as amount_minor_squares_30d
            from "truepoint_features"."stg_transactions" as event
            where
                event.merchant_id = request.merchant_id
                and event.occurred_at > request.since_30d
                and event.occurred_at <= request.as_of
                and event.known_at <= request.as_of
                and event.transaction_id is distinct from request.event_id
                and event.occurred_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.occurred_at < timestamptz '2150-01-01 00:00:00+00'
                and event.known_at >= timestamptz '1900-01-01 00:00:00+00'
                and event.known_at < timestamptz '2150-01-01 00:00:00+00'
        ) as windows
    ) as merchant_features
),

-- The derived features over those of views and the request.
derived_1 as (
    select
        *,
        cast(((cast(amount_minor as double precision) - account_amount_mean_30d) / nullif(account_amount_stddev_30d, 0)) + cast(0 as double precision)
            as double precision) as txn_amount_zscore_30d,
        cast(country <> account_home_country as boolean) as txn_is_foreign_country,
        cast(case when device_id is null then null else account_device_txn_count_90d = 0 end as boolean) as txn_is_new_device
    from answers
),

-- The features of card_fraud, in the order of the service; found__* says whether a view knows the key.
features as (
    select
        ord,
        as_of,
        statement_timestamp() as answered_at,
        found__account_device_features,
        found__account_features,
        found__account_profile,
        found__merchant_chargeback_features,
        found__merchant_features,
        account_txn_count_1h,
        account_amount_sum_24h,
        account_amount_mean_30d,
        account_distinct_merchants_7d,
        merchant_txn_count_5m,
        merchant_declined_share_1h,
        merchant_amount_stddev_30d,
        merchant_chargeback_count_90d,
        txn_amount_zscore_30d,
        txn_is_foreign_country,
        txn_is_new_device,
        txn_seconds_since_last
    from derived_1
)

select * from features
order by ord

-- truepoint-signature: {
--   "service": "card_fraud",
--   "description": "Features of the model that decides on card transactions.",
--   "definition_version": "3e7414d95ac3ad2dad36146e7222a2a8",
--   "example": {"account_id": "a-004023", "merchant_id": "m-00001", "amount_minor": 10614, "country": "EE", "device_id": "d-000234", "event_id": "t-000199998", "as_of": "2026-08-31T23:53:35.119964Z"},
--   "parameters": [
--     {"name": "account_id", "type": "text", "role": "entity"},
--     {"name": "merchant_id", "type": "text", "role": "entity"},
--     {"name": "amount_minor", "type": "bigint", "role": "request"},
--     {"name": "country", "type": "text", "role": "request"},
--     {"name": "device_id", "type": "text", "role": "request"},
--     {"name": "event_id", "type": "text", "role": "event"},
--     {"name": "as_of", "type": "timestamptz", "role": "as_of"}
--   ],
--   "features": [
--     {"name": "account_txn_count_1h", "type": "bigint", "view": "account_features", "description": "Transactions by the account in the hour up to the as-of time. A count, never null.", "definition": {"aggregate": "count", "window": "1h"}},
--     {"name": "account_amount_sum_24h", "type": "bigint", "view": "account_features", "description": "Amount the account spent in the 24 hours up to the as-of time, less refunds. EUR cents, never null.", "definition": {"aggregate": "sum", "of": "amount_minor", "window": "24h"}},
--     {"name": "account_amount_mean_30d", "type": "double precision", "view": "account_features", "description": "Mean amount of the account's transactions in the last 30 days. EUR cents; null without any.", "definition": {"aggregate": "mean", "of": "amount_minor", "window": "30d"}},
--     {"name": "account_distinct_merchants_7d", "type": "bigint", "view": "account_features", "description": "Different merchants the account paid in the last 7 days. A count, never null.", "definition": {"aggregate": "count_distinct", "of": "merchant_id", "window": "7d"}},
--     {"name": "merchant_txn_count_5m", "type": "bigint", "view": "merchant_features", "description": "Transactions at the merchant in the five minutes up to the as-of time. A count, never null.", "definition": {"aggregate": "count", "window": "5m"}},
--     {"name": "merchant_declined_share_1h", "type": "double precision", "view": "merchant_features", "description": "Share of the merchant's transactions in the last hour that were declined. From 0 to 1; null without any transaction.", "definition": {"aggregate": "mean", "of": "is_declined", "window": "1h"}},
--     {"name": "merchant_amount_stddev_30d", "type": "double precision", "view": "merchant_features", "description": "Sample standard deviation of amounts at the merchant in the last 30 days. EUR cents; null for fewer than two transactions.", "definition": {"aggregate": "stddev", "of": "amount_minor", "window": "30d"}},
--     {"name": "merchant_chargeback_count_90d", "type": "bigint", "view": "merchant_chargeback_features", "description": "Transactions at the merchant in the last 90 days for which a chargeback was known by the as-of time. A count, never null.", "definition": {"aggregate": "count", "window": "90d"}},
--     {"name": "txn_amount_zscore_30d", "type": "double precision", "view": "transaction_features", "description": "How many standard deviations the amount lies above the account's mean of the last 30 days. A ratio; null where the account has fewer than two transactions, or all of one amount.", "definition": {"expression": "(amount_minor - account_amount_mean_30d) / account_amount_stddev_30d"}},
--     {"name": "txn_is_foreign_country", "type": "boolean", "view": "transaction_features", "description": "Whether the card is used outside the account's home country as then known. Null where either is unknown.", "definition": {"expression": "country <> account_home_country"}},
--     {"name": "txn_is_new_device", "type": "boolean", "view": "transaction_features", "description": "Whether the account did not use the device in the last 90 days. Null where the request has no device.", "definition": {"expression": "case when device_id is null then null else account_device_txn_count_90d = 0 end"}},
--     {"name": "txn_seconds_since_last", "type": "double precision", "view": "account_features", "description": "Seconds since the account's latest transaction in the last 90 days. Seconds, to the microsecond; null without one.", "definition": {"aggregate": "seconds_since_last", "window": "90d"}}
--   ],
--   "views": [
--     {"name": "account_device_features", "entity": ["account_id", "device_id"], "found": "found__account_device_features", "known_key": "exists ( select 1 from \"truepoint_features\".\"stg_transactions\" as counted where counted.account_id = training.account_id and counted.device_id = training.device_id and greatest(counted.occurred_at, counted.known_at) <= training.as_of and counted.transaction_id is distinct from training.event_id and counted.occurred_at >= timestamptz '1900-01-01 00:00:00+00' and counted.occurred_at < timestamptz '2150-01-01 00:00:00+00' and counted.known_at >= timestamptz '1900-01-01 00:00:00+00' and counted.known_at < timestamptz '2150-01-01 00:00:00+00' )", "events": "stg_transactions"},
--     {"name": "account_features", "entity": ["account_id"], "found": "found__account_features", "known_key": "exists ( select 1 from \"truepoint_features\".\"stg_transactions\" as counted where counted.account_id = training.account_id and greatest(counted.occurred_at, counted.known_at) <= training.as_of and counted.transaction_id is distinct from training.event_id and counted.occurred_at >= timestamptz '1900-01-01 00:00:00+00' and counted.occurred_at < timestamptz '2150-01-01 00:00:00+00' and counted.known_at >= timestamptz '1900-01-01 00:00:00+00' and counted.known_at < timestamptz '2150-01-01 00:00:00+00' )", "events": "stg_transactions"},
--     {"name": "account_profile", "entity": ["account_id"], "found": "found__account_profile", "known_key": "exists ( select 1 from \"truepoint_features\".\"stg_accounts\" as counted where counted.account_id = training.account_id and greatest(counted.occurred_at, counted.known_at) <= training.as_of and counted.occurred_at >= timestamptz '1900-01-01 00:00:00+00' and counted.occurred_at < timestamptz '2150-01-01 00:00:00+00' and counted.known_at >= timestamptz '1900-01-01 00:00:00+00' and counted.known_at < timestamptz '2150-01-01 00:00:00+00' )", "events": "stg_accounts"},
--     {"name": "merchant_chargeback_features", "entity": ["merchant_id"], "found": "found__merchant_chargeback_features", "known_key": "exists ( select 1 from \"truepoint_features\".\"stg_chargebacks\" as counted where counted.merchant_id = training.merchant_id and greatest(counted.occurred_at, counted.known_at) <= training.as_of and counted.occurred_at >= timestamptz '1900-01-01 00:00:00+00' and counted.occurred_at < timestamptz '2150-01-01 00:00:00+00' and counted.known_at >= timestamptz '1900-01-01 00:00:00+00' and counted.known_at < timestamptz '2150-01-01 00:00:00+00' )", "events": "stg_chargebacks"},
--     {"name": "merchant_features", "entity": ["merchant_id"], "found": "found__merchant_features", "known_key": "exists ( select 1 from \"truepoint_features\".\"stg_transactions\" as counted where counted.merchant_id = training.merchant_id and greatest(counted.occurred_at, counted.known_at) <= training.as_of and counted.transaction_id is distinct from training.event_id and counted.occurred_at >= timestamptz '1900-01-01 00:00:00+00' and counted.occurred_at < timestamptz '2150-01-01 00:00:00+00' and counted.known_at >= timestamptz '1900-01-01 00:00:00+00' and counted.known_at < timestamptz '2150-01-01 00:00:00+00' )", "events": "stg_transactions"}
--   ],
--   "relations": [
--     {"name": "stg_transactions", "relation": "\"truepoint_features\".\"stg_transactions\"", "event_time": "occurred_at", "known_at": "known_at", "columns": {"transaction_id": "text", "account_id": "text", "merchant_id": "text", "device_id": "text", "kind": "text", "currency": "text", "country": "text", "is_declined": "boolean", "is_overdraft": "boolean", "amount_minor": "bigint", "local_amount_minor": "bigint", "latitude": "double precision", "longitude": "double precision", "occurred_at": "timestamptz", "known_at": "timestamptz"}},
--     {"name": "stg_accounts", "relation": "\"truepoint_features\".\"stg_accounts\"", "event_time": "occurred_at", "known_at": "known_at", "columns": {"account_version_id": "text", "account_id": "text", "customer_id": "text", "home_country": "text", "currency": "text", "opened_at": "timestamptz", "occurred_at": "timestamptz", "known_at": "timestamptz"}},
--     {"name": "stg_chargebacks", "relation": "\"truepoint_features\".\"stg_chargebacks\"", "event_time": "occurred_at", "known_at": "known_at", "columns": {"chargeback_id": "text", "transaction_id": "text", "account_id": "text", "merchant_id": "text", "reason": "text", "amount_minor": "bigint", "occurred_at": "timestamptz", "known_at": "timestamptz"}}
--   ],
--   "indexes": [
--     {"table": "\"payments\".\"transactions\"", "name": "transactions_account_id_device_id_occurred_at_online", "keys": ["account_id", "device_id", "occurred_at"], "include": ["known_at", "transaction_id"]},
--     {"table": "\"payments\".\"transactions\"", "name": "transactions_account_id_occurred_at_online", "keys": ["account_id", "occurred_at"], "include": ["known_at", "transaction_id", "base_amount_minor", "merchant_id", "device_id", "is_declined", "country"]},
--     {"table": "\"payments\".\"accounts\"", "name": "accounts_account_id_occurred_at_online", "keys": ["account_id", "occurred_at"], "include": ["known_at", "account_version_id", "home_country"]},
--     {"table": "\"payments\".\"chargebacks\"", "name": "chargebacks_merchant_id_occurred_at_online", "keys": ["merchant_id", "occurred_at"], "include": ["known_at", "chargeback_id"]},
--     {"table": "\"payments\".\"transactions\"", "name": "transactions_merchant_id_occurred_at_online", "keys": ["merchant_id", "occurred_at"], "include": ["known_at", "transaction_id", "is_declined", "base_amount_minor"]}
--   ]
-- }
