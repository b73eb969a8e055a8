"""The Fraud Detection Handbook's transactions as payments.

customer -> account (and customer), terminal -> merchant; a transaction is known when it occurs; a fraud is known by a
chargeback seven days later. Ids start with hb-, so they never meet the sample's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from truepoint.arrow.types import BATCH_ROWS
from truepoint.errors import DataFileError
from truepoint.events.loading.files import open_parquet
from truepoint.events.loading.history import TableLoad, load_history

PREFIX: Final = "hb-"
CURRENCY: Final = "EUR"
UNKNOWN_COUNTRY: Final = "ZZ"  # a customer must have a country, and the handbook has no places
CHARGEBACK_DELAY_US: Final = 7 * 86_400 * 1_000_000
# When customers, accounts and merchants became known: long before the file's first day, 2018-04-01.
KNOWN_BEFORE_US: Final = 946_684_800_000_000  # 2000-01-01

COLUMNS: Final[dict[str, Any]] = {
    "transaction_id": pa.int64(),
    "tx_datetime": pa.timestamp("us", "UTC"),
    "customer_id": pa.string(),
    "terminal_id": pa.string(),
    "amount_minor": pa.int64(),
    "tx_fraud": pa.int8(),
}

OnProgress = Callable[[int, int], None]


def load_handbook(dsn: str, path: Path, *, on_progress: OnProgress | None = None) -> list[TableLoad]:
    """Add the handbook's Parquet file to the payments tables, streamed by row groups, in one transaction.

    on_progress(rows just read, rows in the file). Rows that are there already are skipped, so a second run adds none.
    Returns what was done to each table. Raises DataFileError (then nothing was loaded) or WarehouseError.
    """
    file = HandbookFile(path)
    with load_history(dsn, what=path.name, cause=f"load handbook {path.name}") as load:
        tables = {
            name: load.describe(name) for name in ("customers", "accounts", "merchants", "transactions", "chargebacks")
        }

        def read() -> Iterator[Any]:
            for batch in file.transactions():
                if on_progress:
                    on_progress(batch.num_rows, file.rows)
                yield batch

        load.add(tables["transactions"], read)
        load.add(tables["customers"], lambda: _single(file.customers()))
        load.add(tables["accounts"], lambda: _single(file.accounts()))
        load.add(tables["merchants"], lambda: _single(file.merchants()))
        load.add(tables["chargebacks"], file.chargebacks)
        return load.results


@dataclass
class HandbookFile:
    """The file, and what reading its transactions has gathered for the other tables."""

    path: Path
    rows: int = 0
    _customers: set[str] = field(default_factory=set)
    _terminals: set[str] = field(default_factory=set)
    _frauds: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        file = open_parquet(self.path)
        self.rows = file.metadata.num_rows
        schema = file.schema_arrow
        problems = [f"column {name} is missing" for name in COLUMNS if name not in schema.names]
        problems += [
            f"column {name} is {schema.field(name).type}, not {wanted}"
            for name, wanted in COLUMNS.items()
            if name in schema.names and schema.field(name).type != wanted
        ]
        if problems:
            raise DataFileError(
                f"{self.path.name} is not the handbook's file: {'; '.join(problems)}. "
                f"Needed: {', '.join(f'{name} ({kind})' for name, kind in COLUMNS.items())}. Nothing was loaded."
            )

    def transactions(self) -> Iterator[Any]:
        """Batches of payments.transactions, in the file's order."""
        self._customers, self._terminals, self._frauds = set(), set(), []
        first_row = 1
        try:
            for batch in open_parquet(self.path).iter_batches(batch_size=BATCH_ROWS, columns=list(COLUMNS)):
                self._refuse_nulls(batch, first_row)
                first_row += batch.num_rows
                self._customers.update(pc.unique(batch["customer_id"]).to_pylist())
                self._terminals.update(pc.unique(batch["terminal_id"]).to_pylist())
                transactions = _transactions(batch)
                self._frauds.append(transactions.filter(pc.not_equal(batch["tx_fraud"], 0)))
                yield transactions
        except (OSError, pa.ArrowException) as error:
            raise DataFileError(f"{self.path.name} cannot be read to its end: {error}. Nothing was loaded.") from error

    def customers(self) -> Any:
        """One version of each customer seen in the transactions."""
        ids = sorted(self._customers, key=_by_number)
        customers = _prefixed("cu-", ids)
        return _batch(
            customer_version_id=_suffixed(customers, "-v1"),
            customer_id=customers,
            segment=_repeated("consumer", len(ids)),
            country=_repeated(UNKNOWN_COUNTRY, len(ids)),
            **_known_before(len(ids)),
        )

    def accounts(self) -> Any:
        """One account of each customer, of no known home country."""
        ids = sorted(self._customers, key=_by_number)
        accounts = _prefixed("a-", ids)
        times = _known_before(len(ids))
        return _batch(
            account_version_id=_suffixed(accounts, "-v1"),
            account_id=accounts,
            customer_id=_prefixed("cu-", ids),
            home_country=pa.nulls(len(ids), pa.string()),
            currency=_repeated(CURRENCY, len(ids)),
            opened_at=times["occurred_at"],
            **times,
        )

    def merchants(self) -> Any:
        """One merchant for each terminal seen in the transactions."""
        merchants = _prefixed("m-", sorted(self._terminals, key=_by_number))
        return _batch(
            merchant_version_id=_suffixed(merchants, "-v1"),
            merchant_id=merchants,
            category_code=pa.nulls(len(merchants), pa.string()),
            country=pa.nulls(len(merchants), pa.string()),
            **_known_before(len(merchants)),
        )

    def chargebacks(self) -> Iterator[Any]:
        """A chargeback for each fraud seen in the transactions, in their order."""
        for frauds in self._frauds:
            occurred_at = frauds["occurred_at"]
            yield _batch(
                chargeback_id=pc.replace_substring(frauds["transaction_id"], f"{PREFIX}t-", f"{PREFIX}cb-"),
                transaction_id=frauds["transaction_id"],
                account_id=frauds["account_id"],
                merchant_id=frauds["merchant_id"],
                reason=_repeated("fraud", frauds.num_rows),
                base_amount_minor=frauds["base_amount_minor"],
                occurred_at=occurred_at,
                known_at=pc.add(occurred_at, pa.scalar(CHARGEBACK_DELAY_US, pa.duration("us"))),
            )

    def _refuse_nulls(self, batch: Any, first_row: int) -> None:
        for name in COLUMNS:
            if batch[name].null_count:
                row = first_row + pc.index(pc.is_null(batch[name]), True).as_py()
                raise DataFileError(f"{self.path.name}, row {row}: {name} is null. Nothing was loaded.")


def _transactions(batch: Any) -> Any:
    rows = batch.num_rows
    return _batch(
        transaction_id=_prefixed("t-", batch["transaction_id"].cast(pa.string())),
        account_id=_prefixed("a-", batch["customer_id"]),
        merchant_id=_prefixed("m-", batch["terminal_id"]),
        device_id=pa.nulls(rows, pa.string()),
        kind=_repeated("purchase", rows),
        is_declined=pa.repeat(False, rows),
        is_overdraft=pa.repeat(False, rows),
        amount_minor=batch["amount_minor"],
        currency=_repeated(CURRENCY, rows),
        base_amount_minor=batch["amount_minor"],
        country=pa.nulls(rows, pa.string()),
        latitude=pa.nulls(rows, pa.float64()),
        longitude=pa.nulls(rows, pa.float64()),
        occurred_at=batch["tx_datetime"],
        known_at=batch["tx_datetime"],
    )


def _batch(**columns: Any) -> Any:
    return pa.RecordBatch.from_pydict(columns)


def _single(batch: Any) -> Iterator[Any]:
    yield batch


def _prefixed(kind: str, ids: Any) -> Any:
    return pc.binary_join_element_wise(PREFIX + kind, pa.array(ids, pa.string()) if isinstance(ids, list) else ids, "")


def _suffixed(ids: Any, suffix: str) -> Any:
    return pc.binary_join_element_wise(ids, suffix, "")


def _repeated(text: str, rows: int) -> Any:
    return pa.repeat(pa.scalar(text, pa.string()), rows)


def _known_before(rows: int) -> dict[str, Any]:
    times = pa.repeat(pa.scalar(KNOWN_BEFORE_US, pa.timestamp("us", "UTC")), rows)
    return {"occurred_at": times, "known_at": times}


def _by_number(text: str) -> tuple[int, str]:
    return (len(text), text)
