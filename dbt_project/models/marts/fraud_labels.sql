-- One row per spine row: whether a chargeback became known within 60 days of the decision.
with spine as (
    select * from {{ ref('spine_transactions') }}
),

chargebacks as (
    select * from {{ ref('stg_chargebacks') }}
),

disputed as (
    select
        transaction_id,
        min(known_at) as first_known_at
    from chargebacks
    group by transaction_id
),

labels as (
    select
        spine.spine_id,
        case
            when {{ truepoint.time_plus('spine.as_of', truepoint.get_seconds('60d')) }} <= {{ truepoint.settled_time() }}
                then coalesce(disputed.first_known_at <= {{ truepoint.time_plus('spine.as_of', truepoint.get_seconds('60d')) }}, false)
        end as is_fraud
    from spine
    left join disputed
        on spine.event_id = disputed.transaction_id
)

select * from labels
