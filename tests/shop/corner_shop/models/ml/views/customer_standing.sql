{{ truepoint.feature_view(events='customers', spine='checkouts') }}
