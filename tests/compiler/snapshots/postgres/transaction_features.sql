-- truepoint: derived view transaction_features, version ec5f2423a9a1f15940230c64adf916e6
-- truepoint-build: all rows
-- One row per row of the spine: transaction_features as of its as-of time.
with spine as (
    select * from "truepoint"."truepoint_features"."spine_transactions"
),

account_features as (
    select * from "truepoint"."truepoint_features"."account_features"
),

account_device_features as (
    select * from "truepoint"."truepoint_features"."account_device_features"
),

account_profile as (
    select * from "truepoint"."truepoint_features"."account_profile"
),

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

derived_1 as (
    select
        *,
        cast(((cast(amount_minor as double precision) - account_amount_mean_30d) / nullif(account_amount_stddev_30d, 0)) + cast(0 as double precision) as double precision) as txn_amount_zscore_30d,
        cast(country <> account_home_country as boolean) as txn_is_foreign_country,
        cast(case when device_id is null then null else account_device_txn_count_90d = 0 end as boolean) as txn_is_new_device
    from inputs
),

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
    cast('ec5f2423a9a1f15940230c64adf916e6' as text) as table_version,
    cast(0 as bigint) as table_epoch
from features
