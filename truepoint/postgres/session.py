"""The settings of a session on which a feature's value could depend: every side that computes values sets them."""

from typing import Final

# dbt sets the same while it builds and tests: dbt_package/macros/build/set_session.sql.
VALUE_SETTINGS: Final[dict[str, str]] = {
    "search_path": "pg_catalog, pg_temp",
    "TimeZone": "UTC",
    "timezone_abbreviations": "Default",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "array_nulls": "on",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
}
