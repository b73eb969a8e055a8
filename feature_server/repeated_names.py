"""A name that stands twice in one object.

JSON readers keep the last value without a word, and nobody knows which was meant.
"""

import json
from typing import Any

from feature_server.errors import MAX_DETAILS, ErrorDetail, InvalidRequestError, shortened


class _Object(dict[str, Any]):
    """An object as it was read, and the names that stood in it more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.repeated = [] if len(self) == len(names) else [name for name in self if names.count(name) > 1]


def refuse_repeated_names(body: bytes) -> None:
    """Raise InvalidRequestError where a name stands twice in the request, or in one of its rows.

    `body` has been read by the model of its service: an object, whose rows are objects of scalars.
    """
    # Numbers are of no interest here, and as text none is too long.
    request: _Object = json.loads(body.decode(), object_pairs_hook=_Object, parse_int=str, parse_float=str)
    found: list[tuple[int | None, str]] = [(None, name) for name in request.repeated]
    found += [(place, name) for place, row in enumerate(request["rows"]) for name in row.repeated]
    if not found:
        return
    message = "stands twice in one object (allowed: each name once)"
    details = [ErrorDetail(row=row, field=shortened(name), message=message) for row, name in found[:MAX_DETAILS]]
    where = "" if details[0].row is None else f"row {details[0].row}, "
    raise InvalidRequestError(f"{where}{details[0].field}: {message}.", details=details)
