"""The one reading of a database's URI, and that no message shows a password."""

import inspect
from typing import Any

import pytest
from asyncpg import connect_utils  # what asyncpg makes of a URI, before it connects
from pydantic import SecretStr

from truepoint.errors import SettingsError
from truepoint.postgres_uri import describe_uri, postgres_environment, read_uri, uri_for_asyncpg, without_password
from truepoint.settings import load_settings, require_uri

SECRET = "S3cr3t"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        (f"host=h password={SECRET}", "must be a URI such as postgresql://"),
        (f"postgresql://u:{SECRET}@x@h/db", "has an @ too many"),
        (f"postgresql://u:x@{SECRET}@h/db", "has an @ too many"),
        (f"postgresql://u:12/{SECRET}@h/db", "a / before it"),
        (f"postgresql://u:{SECRET}/x@h/db", "a / before it"),
        (f"postgresql://u:{SECRET}@[::1/db", "has a [ without its ]"),
        (f"postgresql://u:{SECRET}%zz@h/db", "has a % that does not begin an escape"),
        (f"postgresql://u:{SECRET} x@h/db", "has a space"),
        (f"postgresql://u:x@h:{SECRET}/db", "has a port that is no number"),
        (f"postgresql://u:12?{SECRET}=3/4@h/db", "cannot be read as a URI"),
        (f"postgresql://u:12?{SECRET}/4@h/db", "is not name=value"),
        (f"postgresql://u:12?gssencmode={SECRET}/x@h/db", "has gssencmode=..., to which"),
        (f"postgresql://u:{SECRET}@h/db?sslmode", "is not name=value"),
        (f"postgresql://u:{SECRET}@h/db?connect_timeout=soon", "has connect_timeout=soon (allowed: whole seconds)"),
        (f"postgresql://u:{SECRET}@h/db?sslmod=require", "has the parameter sslmod, which Postgres does not know"),
        (f"postgresql://u:{SECRET}@h/db?service=ours", "has the parameter service, which only libpq knows"),
        (f"postgresql://u:{SECRET}@h/db?gssencmode=require", "has gssencmode=require"),
        (f"postgresql://u:{SECRET}@h/db?channel_binding=require", "(allowed: disable, prefer)"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_no_password(uri: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is looked at below
        read_uri(uri)
    assert fault in str(refused.value)
    assert SECRET not in str(refused.value)
    monkeypatch.setenv("TRUEPOINT_DSN", uri)
    with pytest.raises(SettingsError) as of_setting:
        load_settings()
    assert str(of_setting.value) == f"TRUEPOINT_DSN: {refused.value}"


@pytest.mark.parametrize(
    ("uri", "parameters"),
    [
        ("postgresql://u:p%40s@h/db", {"user": "u", "password": "p@s", "host": "h", "dbname": "db"}),
        ("postgres://u:p#s?t[u@h:7/db", {"user": "u", "password": "p#s?t[u", "host": "h", "port": "7", "dbname": "db"}),
        ("postgresql://u:p+q@[::1]:7/db", {"user": "u", "password": "p+q", "host": "::1", "port": "7", "dbname": "db"}),
        ("postgresql://v@/db?host=%2Frun%2Fa%20b", {"user": "v", "host": "/run/a b", "dbname": "db"}),
        ("postgresql://u:p@h:1,i:2/db?options=-c%20jit%3Doff",
         {"user": "u", "password": "p", "host": "h,i", "port": "1,2", "dbname": "db", "options": "-c jit=off"}),
    ],
)  # fmt: skip
def test_both_drivers_read_the_same(uri: str, parameters: dict[str, str]) -> None:
    assert read_uri(uri) == parameters
    parse: Any = getattr(connect_utils, "_parse_connect_dsn_and_args")  # noqa: B009 - not in its stubs
    names = inspect.signature(parse).parameters
    hosts, read = parse(**{**dict.fromkeys(names), "dsn": uri_for_asyncpg(uri)})
    given = {"user": read.user, "password": read.password, "dbname": read.database, **(read.server_settings or {})}
    assert {name: value for name, value in given.items() if value is not None} == {
        name: value for name, value in parameters.items() if name not in ("host", "port")
    }
    ports = parameters.get("port", "5432").split(",")
    named = [(name, int(port)) for name, port in zip(parameters["host"].split(","), ports, strict=True)]
    assert [_place(host) for host in hosts] == named


def _place(host: str | tuple[str, int]) -> tuple[str, int]:
    """asyncpg names the file of a socket, libpq its folder."""
    if isinstance(host, tuple):
        return host
    folder, _, port = host.rpartition("/.s.PGSQL.")
    return folder, int(port)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (f"postgresql://u:{SECRET}@host:5432/db", "postgresql://u:***@host:5432/db"),
        ("postgresql://u@host/db", "postgresql://u@host/db"),
        ("postgresql://u@/db?host=%2Ftmp", "postgresql://u@/db?host=%2Ftmp"),
        (f"postgresql://u@h/db?password={SECRET}&sslmode=require", "postgresql://u@h/db?password=***&sslmode=require"),
        (f"postgresql://u@h/db?p%61ssword={SECRET}", "postgresql://u@h/db?p%61ssword=***"),
        (f"postgresql://u:{SECRET}?x#y@h/db", "postgresql://u:***@h/db"),
    ],
)
def test_password_is_not_printed(uri: str, shown: str) -> None:
    assert without_password(uri) == shown
    assert SECRET not in describe_uri(uri)


def test_require_uri_returns_what_it_was_given() -> None:
    dsn = SecretStr("postgresql://u@h/db?keepalives=1")
    assert require_uri(dsn) is dsn


def test_variables_for_dbt_say_what_the_uri_says() -> None:
    uri = "postgresql://me:p%40ss@db:6000/shop?sslmode=require&options=-c%20search_path%3Dx&keepalives_idle=30"
    assert postgres_environment(uri) == {
        "TRUEPOINT_DSN": uri,
        "PGHOST": "db",
        "PGPORT": "6000",
        "PGUSER": "me",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "shop",
        "PGSSLMODE": "require",
        "PGOPTIONS": "-c search_path=x -c timezone=UTC -c jit=off",
    }


def test_a_parameter_that_dbt_cannot_be_given_is_named() -> None:
    with pytest.raises(ValueError, match="has the parameter sslpassword, which dbt cannot be given"):
        postgres_environment("postgresql://me@db/shop?sslpassword=secret")
