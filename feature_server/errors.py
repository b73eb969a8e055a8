"""Every error that the server answers, and the one shape they have.

    {"error": {"code": "...", "message": "...",
               "details": [{"row": 0, "field": "account_id", "message": "...", "given": ...}]}}

ApiError
├── InvalidJsonError 400               the body is not JSON
├── UnknownPathError 404               there is nothing at this path
├── UnknownServiceError 404            no such service
├── MethodNotAllowedError 405          not by this method
├── BodyTimeoutError 408               the body did not come in time
├── BodyTooLargeError 413              more bytes than max_body_bytes
├── UnsupportedMediaTypeError 415      not application/json
├── InvalidRequestError 422            fields missing, mistyped or unknown, each in details
├── TooManyRowsError 422               more rows than max_rows
├── AsOfInFutureError 422              as_of later than the database's clock
├── UnavailableError 503, Retry-After  nothing wrong with the request; ask again
│   ├── OverloadedError                more requests are under way than the server takes
│   ├── DatabaseAwayError              not reachable, shutting down, starting, or silent
│   ├── DatabaseBusyError              no connection became free in time
│   ├── StatementTimeoutError          the statement took too long
│   └── DatabaseChangedError           the statement no longer runs
└── InternalError 500                  a mistake of ours or of a compiled statement, never of a request
"""

import logging
import math
import time
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import pydantic_core
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from feature_server.logs import RepeatedLines, log_event

MAX_DETAILS: Final = 20  # of a thousand bad rows the first twenty tell enough
MAX_GIVEN_CHARACTERS: Final = 200
_repeated: Final = RepeatedLines(limit=100, seconds=10.0)


class ErrorDetail(BaseModel):
    """One fault of a request. `row` is the 0-based place in rows; null when the fault is not in a row."""

    row: int | None = None
    field: str | None = Field(
        default=None, description="The request field or key; null when no single one is at fault."
    )
    message: str
    given: Any = Field(default=None, description="What the request held there, shortened.")


class ErrorBody(BaseModel):
    """`code` is for programs, `message` for people; `details` lists the first faults, each with its row and field."""

    code: str
    message: str
    details: list[ErrorDetail] = Field(default_factory=list)


class ErrorAnswer(BaseModel):
    """The one shape of every error."""

    error: ErrorBody


class ApiError(Exception):
    """An answer other than the one asked for."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(
        self, message: str, *, details: Sequence[ErrorDetail] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = list(details[:MAX_DETAILS])
        self.headers = headers or {}


class InvalidJsonError(ApiError):
    """The body is not JSON."""

    status, code = 400, "invalid_json"


class UnknownPathError(ApiError):
    """There is nothing at this path."""

    status, code = 404, "unknown_path"


class MethodNotAllowedError(ApiError):
    """The path is not served by this method."""

    status, code = 405, "method_not_allowed"


class UnknownServiceError(ApiError):
    """No service has this name."""

    status, code = 404, "unknown_service"


class BodyTimeoutError(ApiError):
    """The body did not come in time."""

    status, code = 408, "body_timeout"


class BodyTooLargeError(ApiError):
    """The body has more bytes than the server takes."""

    status, code = 413, "body_too_large"


class UnsupportedMediaTypeError(ApiError):
    """The body is not declared as JSON."""

    status, code = 415, "unsupported_media_type"


class InvalidRequestError(ApiError):
    """Fields are missing, mistyped or unknown."""

    status, code = 422, "invalid_request"


class TooManyRowsError(ApiError):
    """The request has more rows than one may have."""

    status, code = 422, "too_many_rows"


class AsOfInFutureError(ApiError):
    """A row asks for a time that the database's clock has not reached."""

    status, code = 422, "as_of_in_future"


class UnavailableError(ApiError):
    """Nothing is wrong with the request: the same may succeed later. `cause` is for the log alone."""

    status = 503

    def __init__(self, message: str, *, cause: str | None = None) -> None:
        super().__init__(message)
        self.cause = cause


class OverloadedError(UnavailableError):
    """More requests are under way than the server takes. Says itself when to ask again."""

    code = "overloaded"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        # Where the body was not read, the connection cannot be used again.
        self.headers = {"retry-after": str(retry_after_seconds), "connection": "close"}


class DatabaseAwayError(UnavailableError):
    """Postgres is not reachable, shuts down, starts, or does not answer."""

    code = "database_away"


class DatabaseBusyError(UnavailableError):
    """No connection of the pool became free in time."""

    code = "database_busy"


class StatementTimeoutError(UnavailableError):
    """The statements of the request took longer than they may."""

    code = "statement_timeout"


class DatabaseChangedError(UnavailableError):
    """The statement no longer runs: the database has changed since the server checked it."""

    code = "database_changed"


class InternalError(ApiError):
    """A mistake of the server or of a compiled statement."""

    status, code = 500, "internal_error"


def install_error_handlers(app: FastAPI, *, retry_after_seconds: int) -> None:
    """Make every error of `app` one of the above."""

    def answer(request: Request, error: ApiError) -> Response:
        headers = error.headers
        if isinstance(error, UnavailableError):
            headers = {"retry-after": str(retry_after_seconds), **headers}
        _log(request, error)
        body = ErrorAnswer(error=ErrorBody(code=error.code, message=error.message, details=error.details))
        return Response(
            pydantic_core.to_json(body.model_dump()), error.status, headers=headers, media_type="application/json"
        )

    async def on_api_error(request: Request, error: Exception) -> Response:
        return answer(request, error if isinstance(error, ApiError) else _unexpected(error))

    async def on_http_error(request: Request, error: Exception) -> Response:
        return answer(request, _from_http(request, error) if isinstance(error, HTTPException) else _unexpected(error))

    async def on_validation_error(request: Request, error: Exception) -> Response:
        return answer(request, InvalidRequestError("The request does not fit this path: see /docs."))

    async def on_disconnect(request: Request, error: Exception) -> Response:
        return answer(request, InvalidJsonError("The body ended before it was complete."))

    app.add_exception_handler(ApiError, on_api_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(ClientDisconnect, on_disconnect)
    app.add_exception_handler(Exception, on_api_error)


def shortened(given: object) -> Any:
    """Return `given` so that JSON can hold it and a person read it: huge numbers as text, long text cut."""
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, int):
        if abs(given) < 2**63:
            return given
        return _cut(str(given)) if abs(given) < 10**300 else "an integer of over 300 digits"
    if isinstance(given, float):
        return given if math.isfinite(given) else str(given)
    if isinstance(given, str):
        return _cut(given)
    if isinstance(given, list):
        return f"a list of {len(given)}"
    if isinstance(given, dict):
        return f"an object of {len(given)} field{'' if len(given) == 1 else 's'}"
    return _cut(str(given))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_GIVEN_CHARACTERS else text[: MAX_GIVEN_CHARACTERS - 1] + "…"


def _from_http(request: Request, error: HTTPException) -> ApiError:
    headers = dict(error.headers or {})
    path = _cut(request.url.path)
    if error.status_code == UnknownPathError.status:
        return UnknownPathError(f"There is nothing at {path}. Paths are listed at /docs.", headers=headers)
    if error.status_code == MethodNotAllowedError.status:
        allowed = next((value for name, value in headers.items() if name.lower() == "allow"), "another method")
        return MethodNotAllowedError(
            f"{path} does not take {_cut(request.method)}; it takes {allowed}.", headers=headers
        )
    return InvalidRequestError(_cut(str(error.detail)), headers=headers)


def _unexpected(error: Exception) -> ApiError:
    failure = InternalError("The server made a mistake. It is logged with this time.")
    failure.__cause__ = error
    return failure


def _log(request: Request, error: ApiError) -> None:
    """Log one line, unless very many tell the same.

    It says where and why, and holds nothing that a caller gave but path and method.
    """
    not_shown = _repeated.count(error.code)
    if not_shown is None:
        return
    started = getattr(request.state, "started", None)
    log_event(
        logging.WARNING if error.status < 500 else logging.ERROR,
        "request_error",
        status=error.status,
        code=error.code,
        method=_cut(request.method),
        path=_cut(request.url.path),
        service=getattr(request.state, "service", None),
        rows=getattr(request.state, "rows", None),
        faults=len(error.details),
        not_shown=not_shown or None,
        cause=error.cause if isinstance(error, UnavailableError) else None,
        exception=error.__cause__ if isinstance(error, InternalError) else None,
        milliseconds=None if started is None else round((time.monotonic() - started) * 1000, 1),
    )
