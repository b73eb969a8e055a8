-- One row per order and product, with the order's times: a view over two tables.
select
    concat(cast(lines.order_id as {{ truepoint.sql_type('text') }}), '/', cast(lines.line_no as {{ truepoint.sql_type('text') }})) as line_id,
    orders.customer_id,
    cast(lines.product as {{ truepoint.sql_type('text') }}) as product,
    lines.quantity,
    lines.quantity * {{ minor_units('lines.unit_price') }} as line_amount_minor,
    orders.placed_at,
    orders.loaded_at
from {{ source('web_shop', 'order_lines') }} as lines
inner join {{ ref('orders') }} as orders
    on cast(lines.order_id as {{ truepoint.sql_type('text') }}) = orders.order_id
