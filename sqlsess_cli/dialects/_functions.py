"""The filter language's own functions in standard SQL; the dialects say where they differ."""

from __future__ import annotations

from collections.abc import Mapping

# Each argument is an expression, and may stand in it several times.
FUNCTIONS: Mapping[str, str] = {
    "whole": "({0})",  # a whole number that 64 bits are calculated with
    "double": "CAST({0} AS DOUBLE PRECISION)",
    "quotient": "(CAST({0} AS DOUBLE PRECISION) / NULLIF({1}, 0))",
    "remainder": "mod({0}, NULLIF({1}, 0))",  # with the sign of the first
    "round": "round({0}, {1})",  # a decimal, half away from zero
    "round float": "(sign({0}) * floor(abs({0}) * {1} + 0.5) / {1})",  # {1}: a power of ten
    "length": "char_length({0})",
    "bytes": "octet_length({0})",
    "now": "CURRENT_TIMESTAMP",
    "date": "CAST({0} AS DATE)",
    "midnight": "CAST({0} AS TIMESTAMP)",  # of a date
    "moved": "({0} + {1} * INTERVAL '0.000001' SECOND)",  # a date or time, by microseconds
    "year": "CAST(EXTRACT(YEAR FROM {0}) AS INTEGER)",
    "month": "CAST(EXTRACT(MONTH FROM {0}) AS INTEGER)",
    "day": "CAST(EXTRACT(DAY FROM {0}) AS INTEGER)",
    "hour": "CAST(EXTRACT(HOUR FROM {0}) AS INTEGER)",
    "like": "{0}",  # or {1}, which is GLOB
    "moment": "{0}",  # or {1}, where dates and times are texts
    # Of ORDER BY: {0} is a term, and {1} whether it is NULL.
    "nulls first": "{1} DESC, {0}",
    "nulls last": "{1}, {0}",
}
