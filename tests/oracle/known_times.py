"""When an event counts as known, by the contract's forms of meta.events.known_at."""

from datetime import datetime, timedelta

from tests.oracle.oracle import duration


def known_with_history(
    event_time: datetime, loaded_at: datetime | None, *, history_before: datetime, delay: str
) -> datetime | None:
    """The form {column, history_before, delay}: what was loaded at once counts from a usual delay after it happened."""
    is_history = loaded_at is not None and event_time < history_before <= loaded_at
    return event_time + duration(delay) if is_history else loaded_at


def known_as_it_happens(event_time: datetime) -> datetime:
    """The form event_time: no lateness."""
    return event_time + timedelta(0)
