-- One row per account and change.
with source as (
    select * from {{ source('payments', 'accounts') }}
),

renamed as (
    select
        account_version_id,
        account_id,
        customer_id,
        home_country,
        currency,
        opened_at,
        occurred_at,
        known_at
    from source
)

select * from renamed
