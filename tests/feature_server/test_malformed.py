"""A thousand random malformed requests: never a 500, and every refusal of the one shape."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings
from tests.feature_server.manifest import row_for_echo
from tests.feature_server.test_errors import assert_error_shape

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, 2**62, 2**63 - 1, -(2**63), 2**63, 10**350]),
    st.floats(),
    st.text(),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["nan", "infinity", "far", "divide", "A1", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
    ),
)
_anything = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_names = st.sampled_from(["account_id", "amount_minor", "event_id", "as_of", *row_for_echo()]) | st.text(max_size=6)
_rows = st.one_of(
    st.dictionaries(_names, _anything, max_size=10),
    st.dictionaries(st.sampled_from(list(row_for_echo())), _scalars, max_size=8).map(
        lambda values: row_for_echo(**values)
    ),
    st.fixed_dictionaries({"account_id": _scalars, "amount_minor": _scalars}, optional={"as_of": _scalars}),
)
_bodies = st.one_of(
    _anything,
    st.fixed_dictionaries(
        {
            "service": st.sampled_from(["account_activity", "echo"]) | _anything,
            "rows": st.lists(_rows, max_size=4) | _anything,
        },
        optional={"extra": _anything},
    ),
)
_GOOD = json.dumps(
    {"service": "echo", "rows": [row_for_echo(a_bigint=1, a_double=0.5, a_text="é", a_time="2026-01-01T00:00:00Z")]}
).encode()


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """Return a good request with some bytes changed, taken out or put in."""
    body = bytearray(_GOOD)
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        match draw(st.sampled_from(["change", "cut", "insert", "end"])):
            case "change":
                body[place : place + 1] = [draw(st.integers(0, 255))]
            case "cut":
                del body[place : place + 1]
            case "insert":
                body[place:place] = draw(st.binary(min_size=1, max_size=4))
            case _:
                del body[max(1, place) :]
    return bytes(body)


class _Server:
    """The application on an event loop that outlives the single examples."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def request(
        self, body: bytes, *, method: str = "POST", path: str = "/v1/features", kind: str = "application/json"
    ) -> None:
        """Send; assert that the answer is an answer, or an error of the one shape that is not a 500."""
        headers = {"content-type": kind.encode("latin-1", "replace")}
        response = self._runner.run(self._client.request(method, path, content=body, headers=headers))  # type: ignore[arg-type]
        assert response.status_code < 500, response.text
        if response.status_code != 200:
            assert_error_shape(response)
        else:
            json.loads(response.text, parse_constant=pytest.fail)


@pytest.fixture
def server(make_settings: MakeSettings) -> Iterator[_Server]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        client = runner.run(stack.enter_async_context(serving(create_app(make_settings()))))
        yield _Server(runner, client)
        runner.run(stack.aclose())


def test_random_json_never_ends_in_a_500(server: _Server) -> None:
    @settings(max_examples=400, deadline=None, database=None)
    @given(body=_bodies)
    def check(body: object) -> None:
        server.request(json.dumps(body).encode())

    check()


def test_damaged_requests_never_end_in_a_500(server: _Server) -> None:
    @settings(max_examples=300, deadline=None, database=None)
    @given(body=_damaged())
    def check(body: bytes) -> None:
        server.request(body)

    check()


def test_raw_bytes_paths_and_methods_never_end_in_a_500(server: _Server) -> None:
    paths = st.sampled_from(["/v1/features", "/v1/services", "/", "/healthz/"]) | st.text(
        st.characters(codec="utf-8", exclude_characters="?#"), max_size=10
    ).map(lambda text: f"/{quote(text, safe='')}")

    @settings(max_examples=300, deadline=None, database=None)
    @given(
        body=st.binary(max_size=200),
        method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]),
        path=paths,
        kind=st.sampled_from(["application/json", "text/plain", ""])
        | st.text(st.characters(codec="latin-1"), max_size=20),
    )
    def check(body: bytes, method: str, path: str, kind: str) -> None:
        server.request(body, method=method, path=path, kind=kind)

    check()
