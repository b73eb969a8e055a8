-- One row per visit.
select
    cast(visit_id as {{ truepoint.sql_type('text') }}) as visit_id,
    customer_id,
    cast(page as {{ truepoint.sql_type('text') }}) as page,
    visited_at
from {{ source('crm', 'visits') }}
