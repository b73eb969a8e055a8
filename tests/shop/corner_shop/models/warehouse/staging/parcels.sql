select
    dbt_scd_id as version_id,
    customer_id,
    state,
    dbt_valid_from as seen_at
from {{ ref('parcels_versions') }}
