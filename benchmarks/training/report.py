"""The results as Markdown: tables that can be read without the JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Results = Mapping[str, Any]

REFERENCE: Final = "truepoint_postgres"  # whose values all others are compared with


def render(results: Results) -> str:
    """The whole report of a run."""
    sections = [
        _head(results),
        _times(results),
        _parts(results),
        _ratios(results),
        _exactness(results),
        _memory(results),
        _troubles(results),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def total_seconds(outcome: Mapping[str, Any]) -> float:
    """Seconds for all spine rows: measured, or scaled up from fewer."""
    measurement = outcome["measurement"]
    return float(measurement["estimated_seconds"] or measurement["seconds"])


def is_scaled(outcome: Mapping[str, Any], results: Results) -> bool:
    """Whether fewer rows were done than the world has."""
    return any(
        part["rows"] < _world(results, outcome["world"])["spine_rows"] for part in outcome["measurement"]["parts"]
    )


def find_outcome(results: Results, contender: str, world: str) -> Mapping[str, Any] | None:
    """What came of a contender in a world; None where it took no part."""
    found = (each for each in results["outcomes"] if each["contender"] == contender and each["world"] == world)
    return next(found, None)


def faults(results: Results) -> list[Mapping[str, Any]]:
    """The comparisons of contenders that claim to be exact, and are not; a row lost or given twice counts too."""
    return [
        found
        for found in results["comparisons"]
        if results["contenders"][found["contender"]]["is_exact"]
        and (found["differing"] or found["lost"] or found["extra"])
    ]


def world_title(world: Mapping[str, Any]) -> str:
    """Such as: 2 M events."""
    millions = world["events"] / 1e6
    count = f"{millions:g} M" if millions >= 1 else f"{world['events']:,}"
    share = f", {world['hottest_share']:.0%} of them one merchant's" if world["hottest_share"] else ""
    return f"{count} events{share}"


def _head(results: Results) -> str:
    machine, versions = results["machine"], results["versions"]
    rows = max(world["spine_rows"] for world in results["worlds"])
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    return "\n".join(
        [
            f"# Training tables: {rows:,} spine rows, twelve features",
            "",
            f"{results['started_at']}, {results.get('minutes', '?')} minutes."
            f" {machine['cores']} cores, {machine['memory']}, {machine['system']};"
            f" load average at the start {results['load_average']}. {named}.",
            "",
            "One run on one machine, every contender once, one after the other. How each is set, and who computes and"
            " who looks up, is in [the README](../README.md).",
        ]
    )


def _times(results: Results) -> str:
    worlds = results["worlds"]
    lines = ["## Seconds", "", *_header(["", "", *(world_title(world) for world in worlds)])]
    for name, contender in results["contenders"].items():
        cells = [_time_cell(find_outcome(results, name, world["name"]), results) for world in worlds]
        lines.append(_row([f"**{contender['title']}**", contender["work"], *cells]))
    lines += [
        "",
        "≈: fewer rows were done, and the time is scaled up in proportion; the next table says from how many.",
    ]
    for world, seconds in results["preparations"].items():
        if "computing_seconds" in seconds:
            lines += [
                "",
                f"What is looked up had to be computed first: for {world_title(_world(results, world))} DuckDB took"
                f" {seconds['computing_seconds']:,.1f} s, and loading it into Postgres with an index"
                f" {seconds['loading_seconds']:,.1f} s. Neither is in the times above.",
            ]
    return "\n".join(lines)


def _time_cell(outcome: Mapping[str, Any] | None, results: Results) -> str:
    if outcome is None:
        return ""
    if outcome["status"] != "done":
        return str(outcome["status"])
    seconds = total_seconds(outcome)
    rows = _world(results, outcome["world"])["spine_rows"]
    return f"{'≈ ' if is_scaled(outcome, results) else ''}{seconds:,.1f} s, {rows / seconds:,.0f} rows/s"


def _parts(results: Results) -> str:
    lines = ["## What was timed", "", *_header(["", "world", "part", "seconds", "spine rows done"])]
    for outcome in _done(results):
        title, world = _title(results, outcome), world_title(_world(results, outcome["world"]))
        lines += [
            _row([title, world, part["name"], f"{part['seconds']:,.2f}", f"{part['rows']:,}"])
            for part in outcome["measurement"]["parts"]
        ]
    return "\n".join(lines)


def _ratios(results: Results) -> str:
    by_kind = {world["kind"]: world for world in results["worlds"]}
    least = by_kind.get("least")
    if least is None:
        return ""
    others = [world for world in results["worlds"] if world["kind"] != "least"]
    lines = [
        f"## Against {world_title(least)}",
        "",
        *_header(["", *(f"time with {world_title(world)}" for world in others), "Spark: slowest task over median"]),
    ]
    for name, contender in results["contenders"].items():
        base = find_outcome(results, name, least["name"])
        if base is None or base["status"] != "done":
            continue
        cells = []
        for world in others:
            outcome = find_outcome(results, name, world["name"])
            is_done = outcome is not None and outcome["status"] == "done"
            cells.append(f"× {total_seconds(outcome) / total_seconds(base):.2f}" if outcome and is_done else "")
        lines.append(_row([contender["title"], *cells, _skews(results, name)]))
    lines += [
        "",
        "The slowest task over the median one, when the views are built again: the worst of the stages with a task per"
        " shuffle partition and 5 % of the task time.",
    ]
    return "\n".join(lines)


def _skews(results: Results, contender: str) -> str:
    skews = []
    for outcome in _done(results):
        facts = outcome["measurement"]["facts"]
        if outcome["contender"] == contender and "slowest_task_over_median" in facts:
            skew = facts["slowest_task_over_median"]
            shown = "no such stage" if skew is None else f"{skew:.2f}"
            skews.append(f"{world_title(_world(results, outcome['world']))}: {shown}")
    return "; ".join(skews)


def _exactness(results: Results) -> str:
    if not results["comparisons"]:
        return ""
    lines = [
        "## Values, against truepoint in Postgres",
        "",
        f"Those that claim to be exact must not differ: {'one does' if faults(results) else 'none does'}.",
        "",
        *_header(
            ["", "world", "values compared", "differ in any bit", "share", "differ by more than rounding", "rows twice"]
        ),
    ]
    for found in results["comparisons"]:
        share = found["differing"] / found["values"] if found["values"] else 0.0
        lines.append(
            _row(
                [
                    _title(results, found), world_title(_world(results, found["world"])), f"{found['values']:,}",
                    f"{found['differing']:,}", f"{share:.2%}", f"{found['beyond_rounding']:,}", f"{found['extra']:,}",
                ]
            )
        )  # fmt: skip
    return "\n".join(lines)


def _memory(results: Results) -> str:
    lines = [
        "## Memory",
        "",
        "Largest sum seen, GiB. Postgres' backends map its shared buffers each; `own` leaves shared pages out.",
        "",
        *_header(["", "world", "its process", "Postgres, all", "Postgres, own", "Postgres' temporary files"]),
    ]
    for outcome in _done(results):
        peaks = outcome["peaks"]
        postgres = peaks.get("postgres", {"resident": 0, "private": 0})
        lines.append(
            _row(
                [
                    _title(results, outcome), world_title(_world(results, outcome["world"])),
                    _gib(peaks["contender"]["resident"]), _gib(postgres["resident"]), _gib(postgres["private"]),
                    _gib(outcome["temporary_bytes"]),
                ]
            )
        )  # fmt: skip
    return "\n".join(lines)


def _troubles(results: Results) -> str:
    missing = [outcome for outcome in results["outcomes"] if outcome["status"] != "done"]
    if not missing:
        return ""
    lines = ["## Not done", ""]
    for outcome in missing:
        last = (outcome["message"].splitlines() or [""])[-1]
        world = world_title(_world(results, outcome["world"]))
        lines.append(f"- {_title(results, outcome)}, {world}: {outcome['status']}: {last}")
    return "\n".join(lines)


def _done(results: Results) -> list[Mapping[str, Any]]:
    return [outcome for outcome in results["outcomes"] if outcome["status"] == "done"]


def _title(results: Results, outcome: Mapping[str, Any]) -> str:
    return str(results["contenders"][outcome["contender"]]["title"])


def _world(results: Results, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(world for world in results["worlds"] if world["name"] == name)
    return found


def _header(titles: list[str]) -> list[str]:
    return [_row(titles), _row(["---"] * len(titles))]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _gib(count: int) -> str:
    return f"{count / 2**30:.2f}"
