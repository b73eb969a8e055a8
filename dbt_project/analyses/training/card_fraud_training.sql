{{ truepoint.training_statement('card_fraud') }}
