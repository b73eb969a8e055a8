"""The steps of an export, in an order in which it can be broken off after any of them and taken up again.

1. The plan is written down: which rows (after < known_at <= until), into which generation.
2. What no announcement and no plan speaks of is removed.
3. Each table's rows are written in the order of known_at, to files whose names say which rows they have.
4. The export is announced: from now on readers see its rows. Then the plan is removed.

Broken off before 4, the next export reads the plan and goes on after the last file that it finds. Rows known by a
settled time never change within an epoch, so they are the same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from truepoint.compiled.lake_sources import LakeSources
from truepoint.errors import LakeError, WarehouseError
from truepoint.events.lake.database import Snapshot, SnapshotTable, open_snapshot
from truepoint.events.lake.layout import (
    PLAN,
    WRITING,
    generation_folder,
    is_whole_path,
    schema_path,
    stamp,
    whole_path,
)
from truepoint.events.lake.parts import closing_parts, resume_point
from truepoint.events.lake.state import (
    Announced,
    Epoch,
    LakeState,
    Plan,
    announce,
    forget_old_exports,
    read_state,
    write_plan,
)
from truepoint.events.lake.store import LakeStore

# Called with the table, the rows written so far, and all rows to write.
OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Export:
    """An export that was made whole. rows: written now, by table; those of a part that was broken off are not counted.

    set_aside: of these, by table, the rows with a time outside the years 1 to 9999, which a lake keeps as null.
    is_new: whether it began a generation, and so wrote everything. is_resumed: whether it was begun by an earlier run.
    """

    generation: int
    settled_at: datetime
    rows: dict[str, int]
    is_new: bool
    is_resumed: bool
    set_aside: dict[str, int]


def export_lake(
    dsn: str,
    sources: LakeSources,
    store: LakeStore,
    *,
    restart: bool = False,
    on_progress: OnProgress | None = None,
) -> list[Export]:
    """Bring the lake up to the settled time; return the exports made: one that was broken off earlier, and a new one.

    It is none where the lake is settled up to then already. A new generation is begun, in a folder of its own, where
    there is none yet, history was changed since (an epoch, or other numbers of rows than the lake was written from, as
    after a restore), the columns of a table changed, or with `restart`.
    Raises LakeError where the lake is another database's, or cannot be used, or another export runs; WarehouseError.
    """
    report = on_progress or (lambda table, done, rows: None)
    exports = []
    with open_snapshot(dsn, sources) as snapshot:
        state = read_state(store)
        if not restart:
            _refuse_other_history(store, state, snapshot)
        plan = _next_plan(store, state, snapshot, restart=restart)
        while plan is not None:
            exports.append(_carry_out(store, plan, state, snapshot, report))
            state = read_state(store)
            plan = _next_plan(store, state, snapshot, restart=False)
    return exports


def _refuse_other_history(store: LakeStore, state: LakeState, snapshot: Snapshot) -> None:
    for holder in (state.latest, state.plan):
        if holder is not None and holder.epoch not in snapshot.epochs:
            raise LakeError(
                f"The lake {store.shown} is of another database: it was written in {_described(holder.epoch)}, which "
                f"this one has not had (it is in {_described(snapshot.epoch)}). Name another lake; or, if this "
                "database is to take its place, write all of it anew with --restart."
            )


def _described(epoch: Epoch) -> str:
    return f"epoch {epoch.number}, begun {epoch.started_at}" if epoch.started_at else "no epoch yet"


def _next_plan(store: LakeStore, state: LakeState, snapshot: Snapshot, *, restart: bool) -> Plan | None:
    """The plan that was broken off, or a new one; None where the lake is settled up to the snapshot's time."""
    latest, plan = state.latest, state.plan
    until, epoch = snapshot.settled_at, snapshot.epoch
    if not restart and not _has_other_rows(state, snapshot):
        if plan is not None and plan.epoch == epoch and _fits(store, plan.generation, snapshot, is_whole=False):
            if plan.until > until:
                raise WarehouseError(
                    f"The lake {store.shown} has an export up to {plan.until} under way, and the database is settled "
                    f"only up to {until}: its clock was set back. Wait until it has caught up, or use --restart."
                )
            return plan
        if latest is not None and latest.epoch == epoch and _fits(store, latest.generation, snapshot, is_whole=True):
            if latest.settled_at >= until:
                return None
            return Plan(generation=latest.generation, after=latest.settled_at, until=until, epoch=epoch)
    seen = [*state.generations, *(holder.generation for holder in (latest, plan) if holder is not None)]
    return Plan(generation=max(seen, default=0) + 1, after=None, until=until, epoch=epoch)


def _has_other_rows(state: LakeState, snapshot: Snapshot) -> bool:
    """Whether the database no longer has as many rows known by the latest export's time as the export was made from."""
    latest, plan = state.latest, state.plan
    if latest is None or latest.rows is None or latest.epoch != snapshot.epoch:
        return False
    if latest.settled_at >= snapshot.settled_at or (plan is not None and plan.generation != latest.generation):
        return False  # nothing is added to that generation
    now = _count_rows(snapshot, latest.settled_at)
    return any(now.get(folder, rows) != rows for folder, rows in latest.rows.items())


def _count_rows(snapshot: Snapshot, until: datetime) -> dict[str, int]:
    """How many rows of each table with a known time were known by then."""
    return {
        table.folder: snapshot.count(table, after=None, until=until)[0]
        for table in snapshot.tables
        if not table.is_whole
    }


def _fits(store: LakeStore, generation: int, snapshot: Snapshot, *, is_whole: bool) -> bool:
    """Whether a generation has the database's columns. One that is whole has all tables."""
    for table in snapshot.tables:
        if table.is_whole:
            continue  # each of its copies has the columns of its time
        path = schema_path(generation, table.folder)
        if not store.has(path):
            if is_whole:
                return False
        elif not store.read_parquet(path).schema.equals(table.schema):
            return False
    return True


def _carry_out(store: LakeStore, plan: Plan, state: LakeState, snapshot: Snapshot, report: OnProgress) -> Export:
    is_resumed = plan == state.plan
    store.remove_folder(WRITING)
    if not is_resumed:
        write_plan(store, plan)
    _remove_leftovers(store, plan, state)
    written = {table.name: _write_table(store, plan, table, snapshot, report) for table in snapshot.tables}
    rows = _count_rows(snapshot, plan.until)
    announce(store, Announced(generation=plan.generation, settled_at=plan.until, epoch=plan.epoch, rows=rows))
    store.remove_file(PLAN)
    store.remove_folder(WRITING)
    forget_old_exports(store)
    return Export(
        plan.generation,
        plan.until,
        rows={table: rows for table, (rows, _) in written.items()},
        is_new=plan.after is None,
        is_resumed=is_resumed,
        set_aside={table: set_aside for table, (_, set_aside) in written.items() if set_aside},
    )


def _remove_leftovers(store: LakeStore, plan: Plan, state: LakeState) -> None:
    """Remove generations that nobody needs.

    The generation that readers use stays until the next export after the one that replaces it.
    """
    latest = state.latest
    kept = {plan.generation, latest.generation if latest else plan.generation}
    for generation in state.generations:
        if generation not in kept:
            store.remove_folder(generation_folder(generation))
    # A reader may still use the copies of the latest export.
    needed = {stamp(plan.until), *([stamp(latest.settled_at)] if latest else [])}
    for path in store.files(generation_folder(plan.generation)):
        if is_whole_path(path) and not any(f"-{time}/" in path for time in needed):
            store.remove_file(path)


def _write_table(
    store: LakeStore, plan: Plan, table: SnapshotTable, snapshot: Snapshot, report: OnProgress
) -> tuple[int, int]:
    """Write the rows of a table that no file has yet; return their number, and that of rows with times set aside."""
    if table.is_whole:
        return _write_whole(store, plan, table, snapshot, report)
    if not store.has(schema_path(plan.generation, table.folder)):
        store.write_parquet(schema_path(plan.generation, table.folder), table.schema.empty_table())
    after = resume_point(store, plan, table.folder)
    rows, set_aside = snapshot.count(table, after=after, until=plan.until)
    report(table.name, 0, rows)
    if not rows:
        return 0, 0
    done = 0
    with closing_parts(store, plan, table, after=after) as write:
        for batch in snapshot.read(table, after=after, until=plan.until):
            write(batch)
            done += batch.num_rows
            report(table.name, done, rows)
    if done != rows:
        raise LakeError(f"{table.source.relation} had {rows:,} rows to export, and {done:,} were read.")
    return done, set_aside


def _write_whole(
    store: LakeStore, plan: Plan, table: SnapshotTable, snapshot: Snapshot, report: OnProgress
) -> tuple[int, int]:
    """Copy a table without a known time, as it stands; return the number of its rows, and of those set aside."""
    rows, set_aside = snapshot.count(table, after=None, until=plan.until)
    report(table.name, 0, rows)
    done = 0
    with store.open_parquet(whole_path(plan.generation, table.folder, plan.until), table.schema) as write:
        for batch in snapshot.read(table, after=None, until=plan.until):
            write(batch)
            done += batch.num_rows
            report(table.name, done, rows)
    if done != rows:
        raise LakeError(f"{table.source.relation} had {rows:,} rows to export, and {done:,} were read.")
    return done, set_aside
