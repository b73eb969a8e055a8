{{ truepoint.feature_view(events='visits', spine='checkouts') }}
