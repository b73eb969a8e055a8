{{ truepoint.feature_view(events='order_lines', spine='checkouts') }}
