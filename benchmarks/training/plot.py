"""The results as a picture: `python -m benchmarks.training.plot RESULTS PICTURE`, in the benchmark's environment.

Left, seconds for the whole spine, on a logarithmic scale: full bars were measured, hatched ones scaled up from fewer
rows. Right, the share of values that differ from the exact ones.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.training.report import REFERENCE, find_outcome, is_scaled, total_seconds, world_title

COMPUTES: Final = ("#1f5fa8", "#8db8e8", "#4f8fd6")
LOOKS_UP: Final = ("#b35c00", "#e8b07d", "#d98a3d")


def main(results_path: str, picture_path: str) -> None:
    """Draw the picture; its format goes by its suffix."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "truepoint"  # the same results, the same file
    from matplotlib import pyplot

    results = json.loads(Path(results_path).read_text(encoding="utf-8"))
    names = [name for name in results["contenders"] if _bars(results, name)]
    figure, (times, shares) = pyplot.subplots(
        1, 2, figsize=(13, 1.6 + 0.62 * len(names)), sharey=True, width_ratios=(3, 1), layout="constrained"
    )
    _draw_times(times, results, names)
    _draw_shares(shares, results, names)
    rows = max(world["spine_rows"] for world in results["worlds"])
    figure.suptitle(f"Training table of {rows:,} spine rows and twelve features")
    figure.savefig(picture_path, metadata={"Date": None} if picture_path.endswith(".svg") else None)


def _bars(results: Any, name: str) -> list[tuple[int, Any]]:
    """(number of the world, outcome) of what a contender did."""
    outcomes = [find_outcome(results, name, world["name"]) for world in results["worlds"]]
    return [(number, found) for number, found in enumerate(outcomes) if found is not None and found["status"] == "done"]


def _draw_times(axes: Any, results: Any, names: list[str]) -> None:
    from matplotlib.patches import Patch
    from matplotlib.ticker import FuncFormatter

    height = 0.8 / len(results["worlds"])
    shown = [total_seconds(outcome) for name in names for _, outcome in _bars(results, name)]
    for place, name in enumerate(names):
        colours = COMPUTES if results["contenders"][name]["computes"] else LOOKS_UP
        bars = _bars(results, name)
        for row, (number, outcome) in enumerate(bars):
            seconds, scaled = total_seconds(outcome), is_scaled(outcome, results)
            middle = place + (row - (len(bars) - 1) / 2) * height
            axes.barh(
                middle, seconds, height * 0.92, color="white" if scaled else colours[number % 3],
                edgecolor=colours[number % 3], hatch="///" if scaled else None,
            )  # fmt: skip
            axes.text(
                seconds * 1.05,
                middle,
                f"{'≈ ' if scaled else ''}{seconds:,.{0 if seconds >= 10 else 1}f} s",
                va="center",
                fontsize=8,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    axes.set_xlabel("seconds for all spine rows, logarithmic (hatched: fewer rows done, scaled up)")
    axes.set_yticks(range(len(names)), [results["contenders"][name]["title"] for name in names])
    axes.invert_yaxis()
    axes.set_xlim(left=min(1.0, min(shown) / 2))
    axes.set_xlim(right=max(shown) * 4)
    axes.grid(axis="x", alpha=0.3)
    handles = [Patch(color=COMPUTES[n % 3], label=world_title(world)) for n, world in enumerate(results["worlds"])]
    handles.append(Patch(color=LOOKS_UP[0], label="looks up values that were computed before"))
    axes.legend(handles=handles, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _draw_shares(axes: Any, results: Any, names: list[str]) -> None:
    """The world with the fewest events; a contender that was not compared has no bar."""
    world = results["worlds"][0]["name"]
    found = {each["contender"]: each for each in results["comparisons"] if each["world"] == world}
    for place, name in enumerate(names):
        if name == REFERENCE:
            axes.text(1.5, place, "(these are compared)", va="center", fontsize=8)
        if name not in found:
            continue
        share = found[name]["differing"] / found[name]["values"] * 100 if found[name]["values"] else 0.0
        axes.barh(place, share, 0.5, color="#a33" if share else "#2a7")
        axes.text(share + 1.5, place, "none" if share == 0 else f"{share:.3g} %", va="center", fontsize=8)
    axes.set_xlim(0, 125)
    axes.set_xticks([0, 50, 100])
    axes.set_xlabel("% of values that differ from\ntruepoint in Postgres")
    axes.grid(axis="x", alpha=0.3)


if __name__ == "__main__":
    main(*sys.argv[1:])
