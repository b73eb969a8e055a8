{{ truepoint.feature_view(events='parcels', spine='checkouts') }}
