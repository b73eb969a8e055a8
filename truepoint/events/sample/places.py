"""Countries: where accounts and merchants are, which currency they use, how far their clocks are from UTC."""

from typing import Final

import numpy as np

from truepoint.events.sample.money import CODES

NOWHERE: Final = -1  # a null country

# Country, share of accounts, currency, hours ahead of UTC, latitude, longitude of its main city.
_COUNTRIES: Final = (
    ("EE", 0.26, "EUR", 3, 59.437, 24.754),
    ("LV", 0.10, "EUR", 3, 56.949, 24.105),
    ("LT", 0.10, "EUR", 3, 54.687, 25.280),
    ("FI", 0.11, "EUR", 3, 60.170, 24.938),
    ("SE", 0.08, "SEK", 2, 59.329, 18.069),
    ("DE", 0.08, "EUR", 2, 52.520, 13.405),
    ("PL", 0.06, "PLN", 2, 52.230, 21.012),
    ("GB", 0.05, "GBP", 1, 51.507, -0.128),
    ("FR", 0.03, "EUR", 2, 48.857, 2.352),
    ("NL", 0.03, "EUR", 2, 52.368, 4.904),
    ("ES", 0.02, "EUR", 2, 40.417, -3.704),
    ("US", 0.02, "USD", -4, 40.713, -74.006),
    ("JP", 0.03, "JPY", 9, 35.676, 139.650),
    ("IS", 0.01, "ISK", 0, 64.147, -21.943),
    ("KW", 0.02, "KWD", 3, 29.376, 47.977),
)

COUNTRIES: Final = tuple(row[0] for row in _COUNTRIES)
SHARES: Final = np.array([row[1] for row in _COUNTRIES]) / sum(row[1] for row in _COUNTRIES)
CURRENCY: Final = np.array([CODES.index(row[2]) for row in _COUNTRIES])
HOURS_AHEAD: Final = np.array([row[3] for row in _COUNTRIES])
LATITUDE: Final = np.array([row[4] for row in _COUNTRIES])
LONGITUDE: Final = np.array([row[5] for row in _COUNTRIES])
