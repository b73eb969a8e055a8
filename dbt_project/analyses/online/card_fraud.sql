{{ truepoint.online_statement('card_fraud') }}
