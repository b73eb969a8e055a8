{{ truepoint.online_statement('returns_risk') }}
