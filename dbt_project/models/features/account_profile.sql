{{ truepoint.feature_view(events='stg_accounts', spine='spine_transactions') }}
