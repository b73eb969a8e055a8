-- truepoint: derived view transaction_features, version 91cb554364ce02442738456c675670d0
-- truepoint-build: all rows
-- One row per row of the spine: transaction_features as of its as-of time.
with

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

-- The features of account_device_features.
account_device_features as (
    select * from "truepoint"."truepoint_features"."account_device_features"
),

-- The features of account_profile.
account_profile as (
    select * from "truepoint"."truepoint_features"."account_profile"
),

-- What the expressions name. A row that some view does not have yet waits for it.
inputs as (
    select
        spine.spine_id,
        spine.as_of,
        spine.amount_minor,
        spine.country,
        spine.device_id,
        account_features.account_amount_mean_30d,
        account_features.account_amount_stddev_30d,
        account_profile.account_home_country,
        account_device_features.account_device_txn_count_90d
    from spine
    inner join account_features
        on spine.spine_id = account_features.spine_id
    inner join account_device_features
        on spine.spine_id = account_device_features.spine_id
    inner join account_profile
        on spine.spine_id = account_profile.spine_id
),

-- The derived features over those of views and the request.
derived_1 as (
    select
        *,
        cast(((cast(amount_minor as double precision) - account_amount_mean_30d) / nullif(account_amount_stddev_30d, 0)) + cast(0 as double precision)
            as double precision) as txn_amount_zscore_30d,
        cast(country <> account_home_country as boolean) as txn_is_foreign_country,
        cast(case when device_id is null then null else account_device_txn_count_90d = 0 end as boolean) as txn_is_new_device
    from inputs
),

-- The features of the view.
features as (
    select
        spine_id,
        as_of,
        txn_amount_zscore_30d,
        txn_is_foreign_country,
        txn_is_new_device
    from derived_1
)

select
    features.*,
    cast('91cb554364ce02442738456c675670d0' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
