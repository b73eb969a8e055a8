-- One row per day. Nothing of truepoint's.
select
    cast(placed_at as date) as sold_on,
    count(*) as orders,
    sum(amount_minor) as amount_minor
from {{ ref('orders') }}
group by cast(placed_at as date)
