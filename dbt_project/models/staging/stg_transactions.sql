-- One row per transaction. Key and time columns stay bare, so that the source's indexes serve.
with source as (
    select * from {{ source('payments', 'transactions') }}
),

renamed as (
    select
        transaction_id,
        account_id,
        merchant_id,
        device_id,
        kind,
        currency,
        country,
        is_declined,
        is_overdraft,
        base_amount_minor as amount_minor,
        amount_minor as local_amount_minor,
        latitude,
        longitude,
        occurred_at,
        known_at
    from source
)

select * from renamed
