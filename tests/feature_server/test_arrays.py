"""Arrays as feature values: every element as it is by itself, nulls among them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings, ask
from tests.feature_server.manifest import compiled, signature, write_manifest

UUID_TEXT = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
# name of the feature -> its type, its SQL, and what the answer holds
FEATURES: dict[str, tuple[str, str, Any]] = {
    "bigints": ("bigint[]", "array[9223372036854775807, null, -1]::bigint[]", [2**63 - 1, None, -1]),
    "booleans": ("boolean[]", "array[true, null, false]", [True, None, False]),
    "doubles": ("double precision[]", "array[0.1, null]::double precision[]", [0.1, None]),
    "integers": ("integer[]", "array[1, null]::integer[]", [1, None]),
    "numerics": ("numeric[]", "array[1.50, null]::numeric[]", ["1.50", None]),
    "smallints": ("smallint[]", "array[32767, null]::smallint[]", [32767, None]),
    "uuids": ("uuid[]", "array['1B4E28BA-2FA1-11D2-883F-0016D3CCA427', null]::uuid[]", [UUID_TEXT, None]),
    "dates": ("date[]", "array[date '0001-01-01', null, '9999-12-31']", ["0001-01-01", None, "9999-12-31"]),
    "texts": ("text[]", "array['ä\"', null, '']", ['ä"', None, ""]),
    "times": (
        "timestamptz[]",
        "array[timestamptz '2026-03-29 01:59:59.999999Z', null]",
        ["2026-03-29T01:59:59.999999Z", None],
    ),
    "nothing": ("text[]", "null::text[]", None),
}
NOT_FINITE = {
    "doubles": ("double precision[]", "array[0.1, 'NaN', null]::double precision[]", None),
    "times": ("timestamptz[]", "array[timestamptz 'infinity']", None),
    "texts": FEATURES["texts"],
}


def service(features: dict[str, tuple[str, str, Any]]) -> str:
    echo = signature("echo")
    echo["parameters"] = [parameter for parameter in echo["parameters"] if parameter["name"] in ("say", "as_of")]
    echo["features"] = [
        {"name": name, "type": type_name, "view": "echoes", "description": "For tests.", "definition": {}}
        for name, (type_name, _, _) in features.items()
    ]
    columns = ", ".join(f"{sql} as {name}" for name, (_, sql, _) in features.items())
    return compiled(
        echo,
        "select asked.ord, coalesce(asked.as_of, statement_timestamp()) as as_of, statement_timestamp() as answered_at,"
        f" {columns} from unnest($1::text[], $2::timestamptz[]) with ordinality as asked (say, as_of, ord)"
        " order by asked.ord",
    )


@pytest.fixture
async def client(
    request: pytest.FixtureRequest, make_settings: MakeSettings, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """Client of a server whose one service answers the features given by `request.param`."""
    manifest = write_manifest(tmp_path, service(request.param))
    async with serving(create_app(make_settings(manifest_path=manifest))) as started:
        yield started


@pytest.mark.parametrize("client", [FEATURES], indirect=True, ids=["every type"])
async def test_arrays_of_every_type_are_answered(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/features", json=ask("echo", {"say": None}))
    (row,) = response.json()["rows"]
    assert row["values"] == {name: expected for name, (_, _, expected) in FEATURES.items()}
    assert row["error"] is None
    schema = (await client.get("/openapi.json")).json()["components"]["schemas"]["EchoValues"]["properties"]
    assert schema["bigints"]["anyOf"][0] == {
        "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "type": "array",
    }


@pytest.mark.parametrize("client", [NOT_FINITE], indirect=True, ids=["not finite"])
async def test_an_array_with_an_element_that_json_cannot_hold_is_null_with_an_error(client: httpx.AsyncClient) -> None:
    (row,) = (await client.post("/v1/features", json=ask("echo", {"say": None}))).json()["rows"]
    assert row["values"] == {name: expected for name, (_, _, expected) in NOT_FINITE.items()}
    assert row["error"]["code"] == "not_finite"
    assert "doubles, times" in row["error"]["message"]
