"""The comparison of a training table (offline) with a running server (online)."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from consistency.columns import SUPPORTED_TYPES
from consistency.comparison import FeatureTally, SpineRow, json_value
from consistency.errors import ParityError
from consistency.offline import OfflineSample, open_sample
from consistency.online import OnlineClient, OnlineRow, open_client
from consistency.report import JsonValue, ParityReport, RowError
from truepoint.compiled.registry import Service

BATCH_ROWS: Final = 250
IN_FLIGHT: Final = 4
CHUNK_ROWS: Final = 2_000  # rows compared at once; memory holds about this many, and those in flight
ROW_ERRORS_KEPT: Final = 20

Progress = Callable[[int, int], None]


async def compare(
    service: Service,
    dsn: str,
    *,
    table: str,
    url: str,
    rows: int,
    seed: int,
    batch_rows: int = BATCH_ROWS,
    in_flight: int = IN_FLIGHT,
    transport: httpx.AsyncBaseTransport | None = None,
    on_progress: Progress | None = None,
) -> ParityReport:
    """Compare a sample of `rows` rows of `table` (quoted relation name) in `dsn` with the server at `url`.

    The sample is the same for a `seed`; all rows when `rows` exceeds them. Each row is asked with its keys, request
    fields, decided event and as-of time. `on_progress(rows_done, rows_total)` is called after each chunk.

    Raises ParityError where the two sides do not hold the same rows or definitions, or nothing can be compared. Rows
    that the server answers with an error are counted in the report, which then passes at no tolerance.
    """
    _check_types(service)
    started = time.monotonic()
    comparison = _Comparison(service)
    version = service.definition_version
    async with open_client(
        url, service=service.name, definition_version=version, in_flight=in_flight, transport=transport
    ) as client:
        await client.check()
        async with open_sample(dsn, service, table=table, rows=rows, seed=seed) as sample:
            if on_progress is not None:
                on_progress(0, sample.rows)
            done = 0
            chunks = _answered_chunks(service, sample, client, batch_rows=batch_rows, in_flight=in_flight)
            async with aclosing(chunks):
                async for chunk in chunks:
                    comparison.add(chunk)
                    done += len(chunk)
                    if on_progress is not None:
                        on_progress(done, sample.rows)
            if done != sample.rows:
                raise ParityError(f"{table} gave {done} rows where {sample.rows} were counted.")
    return ParityReport(
        service=service.name,
        definition_version=service.definition_version,
        training_table=table,
        url=url,
        seed=seed,
        rows_asked=rows,
        rows=comparison.rows,
        rows_failed=comparison.rows_failed,
        seconds=round(time.monotonic() - started, 3),
        features=tuple(tally.report() for tally in comparison.tallies),
        found=tuple(tally.report() for tally in comparison.found_tallies.values()),
        row_errors=tuple(comparison.row_errors),
        notes=service.notes,
    )


@dataclass(frozen=True)
class _AnsweredRow:
    row: SpineRow
    offline: dict[str, Any]
    online: OnlineRow


async def _answered_chunks(
    service: Service, sample: OfflineSample, client: OnlineClient, *, batch_rows: int, in_flight: int
) -> AsyncGenerator[list[_AnsweredRow], None]:
    """Lists of about CHUNK_ROWS answered rows, in the sample's order, with `in_flight` requests always under way."""
    waiting: deque[asyncio.Task[list[_AnsweredRow]]] = deque()
    chunk: list[_AnsweredRow] = []
    more = True
    try:
        while more or waiting:
            while more and len(waiting) < in_flight:
                read = await sample.read(batch_rows)
                more = bool(read)
                if read:
                    waiting.append(asyncio.create_task(_ask(service, client, sample.columns, read)))
            if waiting:
                chunk += await waiting[0]
                waiting.popleft()
            if len(chunk) >= CHUNK_ROWS:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _ask(
    service: Service, client: OnlineClient, columns: Sequence[str], read: Sequence[tuple[Any, ...]]
) -> list[_AnsweredRow]:
    offline_rows = [dict(zip(columns, row, strict=True)) for row in read]
    spine_rows = [_spine_row(service, offline) for offline in offline_rows]
    answers = await client.ask([_body(row, service) for row in spine_rows])
    for row, answer in zip(spine_rows, answers, strict=True):
        if answer.error is None:
            _check_answer(row, answer, service)
    return [
        _AnsweredRow(row=row, offline=offline, online=answer)
        for row, offline, answer in zip(spine_rows, offline_rows, answers, strict=True)
    ]


def _spine_row(service: Service, offline: dict[str, Any]) -> SpineRow:
    by_role: dict[str, dict[str, JsonValue]] = {"entity": {}, "request": {}, "event": {}, "as_of": {}}
    for parameter in service.parameters:
        by_role[parameter.role][parameter.name] = json_value(offline[parameter.name])
    as_of = next(iter(by_role["as_of"].values()), None)
    if not isinstance(as_of, str):
        raise ParityError(
            f"Training row {offline['spine_id']} has no as-of time, so its online answer has no fixed value."
        )
    event_id = next(iter(by_role["event"].values()), None)
    return SpineRow(
        spine_id=str(offline["spine_id"]),
        keys=by_role["entity"],
        request=by_role["request"],
        event_id=None if event_id is None else str(event_id),
        as_of=as_of,
    )


def _body(row: SpineRow, service: Service) -> dict[str, JsonValue]:
    body = {**row.keys, **row.request}
    for parameter in service.parameters:
        if parameter.role == "event":
            body[parameter.name] = row.event_id
        elif parameter.role == "as_of":
            body[parameter.name] = row.as_of
    return body


def _check_answer(row: SpineRow, answer: OnlineRow, service: Service) -> None:
    """Raise ParityError unless the answer is for the row's as-of time, and of all features and views and no other."""
    try:
        same_time = datetime.fromisoformat(answer.as_of) == datetime.fromisoformat(row.as_of)
    except (TypeError, ValueError):
        same_time = False
    if not same_time:
        raise ParityError(f"Row {row.spine_id} was asked as of {row.as_of}, and answered as of {answer.as_of}.")
    features = {feature.name for feature in service.features}
    views = {view.name for view in service.views}
    for kind, answered, asked in (("features", answer.values, features), ("views in found", answer.found, views)):
        if answered.keys() != asked:
            missing = ", ".join(sorted(asked - answered.keys())) or "none"
            extra = ", ".join(sorted(answered.keys() - asked)) or "none"
            raise ParityError(f"Row {row.spine_id} was answered with other {kind}: missing {missing}; unknown {extra}.")


class _Comparison:
    """The running state of one comparison."""

    def __init__(self, service: Service) -> None:
        self.tallies = [FeatureTally(name=feature.name, type=feature.type) for feature in service.features]
        self.found_tallies = {view.name: FeatureTally(name=view.found, type="boolean") for view in service.views}
        self.rows = 0
        self.rows_failed = 0
        self.row_errors: list[RowError] = []

    def add(self, chunk: Sequence[_AnsweredRow]) -> None:
        answered = [row for row in chunk if row.online.error is None]
        for row in chunk:
            if row.online.error is not None:
                self.rows_failed += 1
                if len(self.row_errors) < ROW_ERRORS_KEPT:
                    self.row_errors.append(
                        RowError(spine_id=row.row.spine_id, as_of=row.row.as_of, message=row.online.error)
                    )
        spine_rows = [row.row for row in answered]
        for tally in self.tallies:
            online = [row.online.values[tally.name] for row in answered]
            tally.add(spine_rows, [row.offline[tally.name] for row in answered], online)
        for view, tally in self.found_tallies.items():
            online = [row.online.found[view] for row in answered]
            tally.add(spine_rows, [row.offline[tally.name] for row in answered], online)
        self.rows += len(answered)


def _check_types(service: Service) -> None:
    unknown = [
        f"{feature.name} ({feature.type})" for feature in service.features if feature.type not in SUPPORTED_TYPES
    ]
    if unknown:
        raise ParityError(
            f"No exact comparison is known for {', '.join(unknown)}; "
            f"known types are {', '.join(sorted(SUPPORTED_TYPES))}."
        )
    if not service.features:
        raise ParityError(f"Service {service.name} has no features, so nothing can be compared: that is no pass.")
