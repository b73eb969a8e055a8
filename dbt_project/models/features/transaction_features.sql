{{ truepoint.derived_view(
    inputs=['account_features', 'account_device_features', 'account_profile'],
    spine='spine_transactions',
) }}
