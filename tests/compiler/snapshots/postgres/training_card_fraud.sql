-- truepoint: training table of service card_fraud, version d4cd7bad862330fb3752c6d3e20d307b
-- truepoint-build: all rows
-- One row per row of the spine: what the service card_fraud would have answered, and the label.
with

-- The labels.
fraud_labels as (
    select * from "truepoint"."truepoint_features"."fraud_labels"
),

-- Who asks, and when.
spine as (
    select * from "truepoint"."truepoint_features"."spine_transactions"
    where
        as_of >= timestamptz '1900-01-01 00:00:00+00'
        and as_of < timestamptz '2150-01-01 00:00:00+00'
),

-- The features of account_features.
account_features as (
    select * from "truepoint"."truepoint_features"."account_features"
),

-- The features of merchant_features.
merchant_features as (
    select * from "truepoint"."truepoint_features"."merchant_features"
),

-- The features of merchant_chargeback_features.
merchant_chargeback_features as (
    select * from "truepoint"."truepoint_features"."merchant_chargeback_features"
),

-- The features of transaction_features.
transaction_features as (
    select * from "truepoint"."truepoint_features"."transaction_features"
),

-- The features that the service names, and the label.
training as (
    select
        spine.spine_id,
        spine.event_id,
        spine.as_of,
        spine.account_id,
        spine.merchant_id,
        spine.amount_minor,
        spine.country,
        spine.device_id,
        account_features.account_txn_count_1h,
        account_features.account_amount_sum_24h,
        account_features.account_amount_mean_30d,
        account_features.account_distinct_merchants_7d,
        merchant_features.merchant_txn_count_5m,
        merchant_features.merchant_declined_share_1h,
        merchant_features.merchant_amount_stddev_30d,
        merchant_chargeback_features.merchant_chargeback_count_90d,
        transaction_features.txn_amount_zscore_30d,
        transaction_features.txn_is_foreign_country,
        transaction_features.txn_is_new_device,
        account_features.txn_seconds_since_last,
        fraud_labels.is_fraud
    from spine
    inner join account_features
        on spine.spine_id = account_features.spine_id
    inner join merchant_features
        on spine.spine_id = merchant_features.spine_id
    inner join merchant_chargeback_features
        on spine.spine_id = merchant_chargeback_features.spine_id
    inner join transaction_features
        on spine.spine_id = transaction_features.spine_id
    left join fraud_labels
        on spine.spine_id = fraud_labels.spine_id
)

select
    training.*,
    cast('d4cd7bad862330fb3752c6d3e20d307b' as text) as table_version,
    cast(0 as bigint) as table_epoch
from training
