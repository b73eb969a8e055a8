{{ truepoint.training_set(
    service='returns_risk',
    spine='checkouts',
    views=['customer_orders', 'customer_lines', 'customer_visits', 'customer_standing', 'checkout_features'],
    labels='was_returned',
) }}
