{{ truepoint.training_set(
    service='card_fraud',
    spine='spine_transactions',
    views=[
        'account_features',
        'merchant_features',
        'merchant_chargeback_features',
        'transaction_features',
    ],
    labels='fraud_labels',
) }}
