-- One row per transaction that is settled.
with transactions as (
    select * from {{ ref('stg_transactions') }}
),

settled as (
    select
        transaction_id as spine_id,
        transaction_id as event_id,
        occurred_at as as_of,
        account_id,
        merchant_id,
        device_id,
        amount_minor,
        country
    from transactions
    where
        occurred_at <= {{ truepoint.settled_time() }}
        and known_at <= {{ truepoint.settled_time() }}
)

{{ truepoint.new_rows('settled') }}
