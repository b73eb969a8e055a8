{{ truepoint.feature_view(events='stg_chargebacks', spine='spine_transactions') }}
