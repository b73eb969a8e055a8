"""The online side: a running feature server, asked over HTTP."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_random_exponential

from consistency.errors import NoServerError, ParityError
from consistency.report import JsonValue

REQUEST_TIMEOUT_SECONDS: Final = 60.0
CONNECT_TIMEOUT_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 30.0
RETRY_AFTER_LIMIT_SECONDS: Final = 5.0


class _UnavailableError(Exception):
    """503, or no answer: worth asking again."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class OnlineRow:
    """One answered row. error: the server's text for a row it could not answer; the rest is then meaningless."""

    as_of: str
    values: dict[str, JsonValue]
    found: dict[str, JsonValue]
    error: str | None


class OnlineClient:
    """Asks one server for one service. Made by `open_client`."""

    def __init__(self, client: httpx.AsyncClient, *, url: str, service: str, definition_version: str) -> None:
        self._client = client
        self._url = url
        self._service = service
        self._definition_version = definition_version
        self._backoff = wait_random_exponential(multiplier=0.2, max=RETRY_AFTER_LIMIT_SECONDS)

    async def check(self) -> None:
        """Raise NoServerError unless something answers at the address."""
        try:
            await self._client.get("/healthz")
        except httpx.TransportError as error:
            raise NoServerError(
                f"No feature server answers at {self._url} ({type(error).__name__}). Start one with `truepoint serve` "
                "in another terminal, or give the address of a running one with --url."
            ) from error

    async def ask(self, rows: Sequence[dict[str, JsonValue]]) -> list[OnlineRow]:
        """The server's answers to `rows`, in their order.

        Asks again for at most RETRY_SECONDS while the server says 503 or does not answer. Raises ParityError where it
        refuses the request, answers another number of rows, other features, or by another definition.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_UnavailableError),
            stop=stop_after_delay(RETRY_SECONDS),
            wait=self._wait_seconds,
            reraise=True,
        )
        try:
            answer: dict[str, Any] = await retrying(self._post, {"service": self._service, "rows": list(rows)})
        except _UnavailableError as error:
            raise ParityError(
                f"The server at {self._url} stayed unavailable for {RETRY_SECONDS:.0f} s: {error}"
            ) from error
        return self._read(answer, expected=len(rows))

    def _wait_seconds(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.retry_after_seconds if isinstance(error, _UnavailableError) else None
        return min(asked_for, RETRY_AFTER_LIMIT_SECONDS) if asked_for is not None else self._backoff(state)

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = await self._client.post("/v1/features", json=body)
        except httpx.TransportError as error:
            raise _UnavailableError(f"{type(error).__name__}: {error}") from error
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise _UnavailableError(_error_text(response), _retry_after_seconds(response))
        if response.status_code != httpx.codes.OK:
            raise ParityError(
                f"The server at {self._url} refused the rows ({response.status_code}): {_error_text(response)}"
            )
        try:
            answer = json.loads(response.content)
        except ValueError as error:
            raise ParityError(f"What answers at {self._url} is no feature server: its answer is not JSON.") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("rows"), list):
            raise ParityError(f"What answers at {self._url} is no feature server: its answer has no rows.")
        return answer

    def _read(self, answer: dict[str, Any], *, expected: int) -> list[OnlineRow]:
        version = answer.get("definition_version")
        if version != self._definition_version:
            raise ParityError(
                f"The server at {self._url} answers by definition version {version}, the manifest holds "
                f"{self._definition_version}: compile the online statements again, or restart the server on them."
            )
        rows = answer["rows"]
        if len(rows) != expected:
            raise ParityError(f"The server at {self._url} answered {len(rows)} rows where {expected} were asked.")
        return [_online_row(row) for row in rows]


def _online_row(row: Any) -> OnlineRow:
    try:
        error = row["error"]
        if error is not None and not isinstance(error, str):
            error = error.get("message") or json.dumps(error)
        return OnlineRow(as_of=row["as_of"], values=row["values"] or {}, found=row["found"] or {}, error=error)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ParityError(
            f"The server answered a row without as_of, values, found or error: {str(row)[:200]}"
        ) from problem


def _error_text(response: httpx.Response) -> str:
    """The message of our error shape, with its first detail; else the start of the body."""
    try:
        error = json.loads(response.content)["error"]
        details = error.get("details") or []
        first = (
            f" (row {details[0].get('row')}, {details[0].get('field')}: {details[0].get('message')})" if details else ""
        )
        return f"{error['message']}{first}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return response.text[:200] or "no text"


def _retry_after_seconds(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


@asynccontextmanager
async def open_client(
    url: str,
    *,
    service: str,
    definition_version: str,
    in_flight: int,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[OnlineClient]:
    """A client for `url` that keeps at most `in_flight` connections. transport: for tests, in place of the network."""
    async with httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(REQUEST_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
        limits=httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight),
        transport=transport,
        trust_env=False,  # a proxy for the outside world must not stand between us and a local server
    ) as client:
        yield OnlineClient(client, url=url, service=service, definition_version=definition_version)
