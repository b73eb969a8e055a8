-- One row per order and product, with the order's times: a view over two tables, joined by bare columns, so that their own indexes serve it.
select
    concat(cast(lines.order_id as {{ truepoint.sql_type('text') }}), '/', cast(lines.line_no as {{ truepoint.sql_type('text') }})) as line_id,
    orders.{{ adapter.quote('customerId') }} as customer_id,
    cast(lines.product as {{ truepoint.sql_type('text') }}) as product,
    lines.quantity,
    lines.quantity * {{ minor_units('lines.unit_price') }} as line_amount_minor,
    orders.{{ adapter.quote('placedAt') }} as placed_at,
    orders.{{ adapter.quote('loadedAt') }} as loaded_at
from {{ source('web_shop', 'order_lines') }} as lines
inner join {{ source('web_shop', 'Orders') }} as orders
    on lines.order_id = orders.{{ adapter.quote('orderId') }}
