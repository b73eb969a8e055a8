{{ truepoint.training_statement('returns_risk') }}
