"""The URI of a database: one reading of it, libpq's, for both drivers. No message shows a password.

psycopg hands a URI to libpq as it stands. asyncpg reads URIs by rules of its own, and sends a parameter that it does
not know to the server, which refuses it; so it gets what was read here, written anew.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import quote, unquote, urlencode

SCHEMES: Final = ("postgresql://", "postgres://")
DEFAULT_PORT: Final = "5432"
EXAMPLE: Final = "postgresql://user:password@host:5432/database"

# Read by libpq and by asyncpg alike.
_COMMON: Final = (
    "host", "port", "user", "password", "passfile", "dbname", "options", "target_session_attrs",
    "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib",
)  # fmt: skip
# libpq alone reads these, and asyncpg does what they say without being told. None: whatever they say.
_LEFT_OUT: Final[Mapping[str, tuple[str, ...] | None]] = {
    "application_name": None,  # every connection of truepoint says its own
    "fallback_application_name": None,
    "connect_timeout": None,  # connections of both drivers are given it as a time-out
    "keepalives": None,
    "keepalives_idle": None,
    "keepalives_interval": None,
    "keepalives_count": None,
    "tcp_user_timeout": None,
    "channel_binding": ("disable", "prefer"),
    "client_encoding": ("utf8", "UTF8", "utf-8", "UTF-8"),
    "gssencmode": ("disable", "prefer"),
    "gssdelegation": ("0",),
    "load_balance_hosts": ("disable",),
    "max_protocol_version": None,
    "min_protocol_version": ("3.0",),
    "replication": ("0", "false", "off", "no"),
    "sslcertmode": ("allow",),
    "sslcompression": None,
    "sslnegotiation": ("postgres",),
    "sslsni": None,
}
_SECRETS: Final = ("password", "sslpassword")
# Of every session of dbt's: what a date in quotes means, and no plans by a compiler that takes longer than they run.
_SESSION_OPTIONS: Final = "-c timezone=UTC -c jit=off"
# libpq's messages go on with the text that is at fault, which may be a password.
_FAULTS: Final[Mapping[str, str]] = {
    "spaces": "has a space; it is written %20",
    "percent-encoded": "has a % that does not begin an escape; the sign itself is written %25",
    'matching "]"': "has a [ without its ]; in a password it is written %5B",
    "IPv6 host address may not be empty": "has no address between [ and ]",
    "unexpected character": "has a ] with neither : nor / behind it; in a password it is written %5D",
    "key/value separator": "has, behind its ?, what is not name=value; in a password, ? is written %3F",
}


def read_uri(uri: str) -> dict[str, str]:
    """The parameters of a URI, by libpq's names, without empty ones.

    Raises ValueError in one sentence, which goes on from the name of a variable: where the URI cannot be read, and for
    a parameter that truepoint could not hold to in all of its connections.
    """
    if not uri.startswith(SCHEMES):
        raise ValueError(f"must be a URI such as {EXAMPLE}")
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    _refuse_stray_at(uri)
    try:
        read = {name: str(value) for name, value in conninfo_to_dict(uri).items() if value not in (None, "")}
    except ProgrammingError as error:
        raise ValueError(_fault(uri, str(error))) from None  # libpq's message may hold the password
    ports = [port or DEFAULT_PORT for port in read.get("port", DEFAULT_PORT).split(",")]
    if not all(port.isdecimal() and 0 < int(port) < 65_536 for port in ports):
        raise ValueError(
            "has a port that is no number from 1 to 65535; in a password, write : as %3A, / as %2F, @ as %40"
        )
    read |= {"port": ",".join(ports)} if "port" in read else {}
    if not read.get("connect_timeout", "0").isdecimal():
        raise ValueError(f"has connect_timeout={_shown(read['connect_timeout'])} (allowed: whole seconds)")
    for name, value in read.items():
        if name in _COMMON:
            continue
        if name not in _LEFT_OUT:
            raise ValueError(f"has the parameter {name}, which only libpq knows and not the server's driver; remove it")
        allowed = _LEFT_OUT[name]
        if allowed is not None and value not in allowed:
            raise ValueError(
                f"has {name}={_shown(value)}, to which the server's driver does not hold "
                f"(allowed: {', '.join(allowed)})"
            )
    return read


def uri_for_asyncpg(uri: str) -> str:
    """The same URI for asyncpg: every parameter that it knows, by name. Raises ValueError as `read_uri` does."""
    known = {name: value for name, value in read_uri(uri).items() if name in _COMMON}
    if known.get("target_session_attrs") == "read-write":
        known["target_session_attrs"] = "primary"  # sessions of the server are read-only by its own setting
    if "host" in known:
        known["host"] = ",".join(f"[{host}]" if _is_ipv6(host) else host for host in known["host"].split(","))
    return f"postgresql://?{urlencode(known, quote_via=quote, safe='')}"


def describe_uri(uri: str) -> str:
    """Name the database of a URI for people: where it is, never the password. Raises ValueError as `read_uri` does."""
    read = read_uri(uri)
    place = read.get("host", "the default socket")
    port = f":{read['port']}" if "port" in read else ""
    return f"The database {read.get('dbname', '(default)')} at {place}{port}"


def without_password(uri: str) -> str:
    """Return the URI with its passwords, if any, replaced by stars. Raises ValueError as `read_uri` does."""
    read_uri(uri)
    scheme, rest = uri.split("://", 1)
    end = _end_of_account(rest)
    user, colon, password = rest[:end].partition(":")
    place, mark, query = rest[end:].partition("?")
    parameters = [
        f"{name}=***" if unquote(name) in _SECRETS else f"{name}={value}"
        for name, _, value in (parameter.partition("=") for parameter in query.split("&"))
    ]
    return f"{scheme}://{user}{colon}{'***' if password else ''}{place}{mark}{'&'.join(parameters) if mark else ''}"


def _end_of_account(rest: str) -> int:
    """Where user and password end, in what follows the scheme: an @ behind the first / is none of theirs."""
    at, slash = rest.find("@"), rest.find("/")
    return at if at >= 0 and (slash < 0 or at < slash) else 0


def _refuse_stray_at(uri: str) -> None:
    """An @ in a password would make its rest the host, which messages show."""
    rest = uri.split("://", 1)[1]
    end = _end_of_account(rest)
    if "@" in rest[end + 1 if end else 0 :].split("?", 1)[0]:
        raise ValueError("has an @ too many, or a / before it; in a user or a password, write @ as %40 and / as %2F")


def _is_ipv6(host: str) -> bool:
    return ":" in host and not host.startswith("/")


def _shown(value: str) -> str:
    """A value as it stands where it is a plain word: a misread one may hold a password."""
    return value if re.fullmatch(r"[A-Za-z0-9_.-]+", value) else "..."


def _fault(uri: str, message: str) -> str:
    name = message.partition('invalid URI query parameter: "')[2].strip().rstrip('"')
    if name and name.isidentifier() and "@" not in uri.partition("?")[2]:
        known = (*_COMMON, *_LEFT_OUT)
        similar = get_close_matches(name, known, n=1)
        return f"has the parameter {name}, which Postgres does not know" + (f"; {similar[0]}?" if similar else "")
    found = next((sentence for sign, sentence in _FAULTS.items() if sign in message), None)
    return found or f"cannot be read as a URI such as {EXAMPLE}"


def postgres_environment(uri: str) -> dict[str, str]:
    """The variables that every Postgres client reads (PGHOST, PGUSER, …), for the database of a URI, and TRUEPOINT_DSN.

    Raises ValueError as read_uri() does, and for a parameter that no variable can say.
    """
    from psycopg.pq import Conninfo

    variables = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    environment = {"TRUEPOINT_DSN": uri}
    for name, value in read_uri(uri).items():
        variable = variables.get(name)
        if variable is not None:
            environment[variable.decode()] = value
        elif name not in _LEFT_OUT:
            raise ValueError(f"has the parameter {name}, which dbt cannot be given: Postgres has no variable for it")
    environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {_SESSION_OPTIONS}".strip()
    return environment
