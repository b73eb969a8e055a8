"""truepoint: one feature definition for training tables and live answers, proven equal.

`truepoint.training_set` gives a service's features for rows of your own.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truepoint.training_sets import training_set

__all__ = ["training_set"]


def __getattr__(name: str) -> Any:
    """Import the function when it is first asked for: commands that do not need it start without pyarrow."""
    if name == "training_set":
        from truepoint.training_sets import training_set

        return training_set
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
