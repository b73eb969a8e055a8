{{ truepoint.feature_view(events='stg_transactions', spine='spine_transactions') }}
