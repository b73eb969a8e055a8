-- One row per version of a customer.
select
    cast(version_id as {{ truepoint.sql_type('text') }}) as version_id,
    {{ adapter.quote('customerId') }} as customer_id,
    cast(tier as {{ truepoint.sql_type('text') }}) as tier,
    version_at,
    version_known_at
from {{ source('web_shop', 'customers_history') }}
