-- One row per order that is settled: would we have let it be paid later?
with orders as (
    select * from {{ ref('orders') }}
),

settled as (
    select
        order_id as spine_id,
        order_id as event_id,
        placed_at as as_of,
        customer_id,
        amount_minor,
        channel
    from orders
    where
        placed_at <= {{ truepoint.settled_time() }}
        and loaded_at <= {{ truepoint.settled_time() }}
)

{{ truepoint.new_rows('settled') }}
