-- One row per spine row: whether goods of the order came back within 30 days. Reads a table that is no event relation.
with spine as (
    select * from {{ ref('checkouts') }}
),

returned as (
    select
        cast(order_id as {{ truepoint.sql_type('text') }}) as order_id,
        min(returned_on) as first_returned_on
    from {{ source('web_shop', 'returned_goods') }}
    group by cast(order_id as {{ truepoint.sql_type('text') }})
)

select
    spine.spine_id,
    returned.order_id is not null as was_returned
from spine
left join returned
    on spine.event_id = returned.order_id
