"""`truepoint sample`: a made-up history of payments."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from truepoint.errors import SettingsError


def sample(
    rows: Annotated[int, typer.Option(min=1, help="Transactions, refunds included.")] = 200_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and options give the same rows.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Days of history before --end.")] = 90,
    end: Annotated[
        str, typer.Option(help="End of the history, excluded: a date (midnight UTC) or a time with its zone.")
    ] = "2026-09-01",
    customers: Annotated[int, typer.Option(min=1, help="Customers.")] = 5_000,
    accounts: Annotated[int, typer.Option(min=1, help="Accounts.")] = 6_000,
    merchants: Annotated[int, typer.Option(min=1, help="Merchants; the first has a tenth of all transactions.")] = 800,
    replace: Annotated[
        bool, typer.Option("--replace", help="Empty ALL payments tables first, whatever they hold.")
    ] = False,
) -> None:
    """Generate payments of small companies and load them. Rows that are there already are not added again."""
    import time

    from truepoint.cli.commands.load import follow_rows, print_loads
    from truepoint.events.sample import SampleOptions, load_sample
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    options = SampleOptions(
        rows=rows,
        seed=seed,
        days=days,
        end=parse_end(end),
        customers=customers,
        accounts=accounts,
        merchants=merchants,
    )
    started = time.monotonic()
    dsn = ensure_warehouse(load_settings(), with_payments=True)
    with follow_rows("sample") as on_progress:
        loads = load_sample(dsn, options, replace=replace, on_progress=on_progress)
    print_loads(loads, seconds=time.monotonic() - started)


def parse_end(text: str) -> datetime:
    """A date is its midnight in UTC; a time must have a zone. Raises SettingsError."""
    try:
        end = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(f"--end is {text!r}; give a date (2026-09-01) or a time (2026-09-01T12:00:00Z).") from error
    if end.tzinfo is None and len(text.strip()) <= len("2026-09-01"):
        return end.replace(tzinfo=UTC)
    if end.tzinfo is None:
        raise SettingsError(f"--end is {text!r}, a time without a zone; write {text.strip()}Z for UTC.")
    return end.astimezone(UTC)
