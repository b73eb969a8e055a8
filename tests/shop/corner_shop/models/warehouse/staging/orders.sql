-- One row per order.
select
    cast({{ adapter.quote('orderId') }} as {{ truepoint.sql_type('text') }}) as order_id,
    {{ adapter.quote('customerId') }} as customer_id,
    {{ minor_units('amount') }} as amount_minor,
    amount,
    cast(channel as {{ truepoint.sql_type('text') }}) as channel,
    {{ adapter.quote('placedAt') }} as placed_at,
    {{ adapter.quote('loadedAt') }} as loaded_at
from {{ source('web_shop', 'Orders') }}
