"""Tables built in several runs hold what they would hold if all rows were built at once, whatever the cuts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.house.statements import faults
from tests.incremental.increment_database import IncrementDatabase
from tests.oracle.card_fraud import World
from tests.oracle.profiles import examples
from tests.oracle.strategies import worlds

# Rows enter in any order, whatever their as-of times: late ones after those that were decided later. Some runs find
# nothing new, the first among them; some come twice.
LAST_RUN = 4


@st.composite
def cut_worlds(draw: st.DrawFn) -> tuple[World, list[int], list[int]]:
    """A world, the run in which each spine row enters, and the runs that are made."""
    world = draw(worlds())
    batches = [draw(st.integers(0, LAST_RUN)) for _ in world.spine]
    runs = sorted(draw(st.lists(st.integers(0, LAST_RUN - 1), max_size=4)))
    return world, batches, [*runs, LAST_RUN]


@examples(50)
@given(cut=cut_worlds())
def test_any_cuts_give_the_rows_of_a_full_refresh(
    increments: IncrementDatabase, cut: tuple[World, list[int], list[int]]
) -> None:
    world, batches, runs = cut
    with increments.holding(world, batches):
        for number in runs:
            increments.run(number)
        assert increments.count("spine_transactions") == len(world.spine)
        differences = {table.name: increments.differences(table) for table in increments.tables}
    assert not {name: rows for name, rows in differences.items() if rows}


def test_the_statements_are_those_of_first_and_later_runs(increments: IncrementDatabase) -> None:
    for table in increments.tables:
        if table.is_incremental:
            assert "truepoint-build: all rows" in table.all_rows
            assert "truepoint-build: new rows" in table.new_rows
            # A spine's own model is written by hand, and so is its first line.
            assert table.name.startswith("spine") or not faults(table.new_rows)
