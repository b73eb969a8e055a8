-- One row per chargeback report.
with source as (
    select * from {{ source('payments', 'chargebacks') }}
),

renamed as (
    select
        chargeback_id,
        transaction_id,
        account_id,
        merchant_id,
        reason,
        base_amount_minor as amount_minor,
        occurred_at,
        known_at
    from source
)

select * from renamed
