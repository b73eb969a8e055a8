{{ truepoint.feature_view(events='orders', spine='checkouts') }}
