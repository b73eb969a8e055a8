{{ truepoint.derived_view(inputs=['customer_orders', 'customer_standing'], spine='checkouts') }}
