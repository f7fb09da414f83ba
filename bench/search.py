"""Lists and searches through the read model beside PostgreSQL: the same records and questions, asked in turn.

Timed is what a request costs inside the function: the caller's policy, filters, order, total, facets, decoded rows;
for searches also groups and highlights. Each question is asked five times of either side in turn and its fastest
answer counts, so that what else the machine does counts for neither; the figures are over many different questions.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bench.harness import Report
from bench.postgres import PostgresRecords, running_postgres
from bench.search_questions import (
    TITLES,
    Case,
    deep_questions,
    list_questions,
    recall_cases,
    sample,
    search_questions,
)  # fmt: skip
from bench.search_records import KINDS, documents
from chalicelib.adapters.record_index.local import LocalIndex
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.domain.listing import SearchQuery, Visibility
from chalicelib.domain.matching import fold

ROUNDS = 5
BUILD_HEAP = 256_000_000
TIMES_FASTER = 5.0
HELD_AGAINST_POSTGRES = ("100k_list", "100k_search_typo")
"""The uses whose p95 must be `TIMES_FASTER` times PostgreSQL's; of the others the figure is shown."""
RECALL = 0.98
MEMORY_MB = 256
Question = TypeVar("Question")
_EVERYTHING = Visibility(everything=True)


def run(report: Report) -> None:
    measure(report, 10_000, limit_ms=10, memory_mb=None)
    measure(report, 100_000, limit_ms=10, memory_mb=MEMORY_MB)


def measure(report: Report, size: int, limit_ms: float, memory_mb: float | None, rounds: int = ROUNDS) -> None:
    """Build both sides with `size` records; hold every use against `limit_ms` at p95 and against PostgreSQL."""
    label = f"{size // 1_000}k" if size < 1_000_000 else f"{size // 1_000_000}m"
    known = sample(size)
    with tempfile.TemporaryDirectory() as folder, running_postgres() as connection:
        index = _build(report, label, size, Path(folder))
        postgres = PostgresRecords(connection, dict(KINDS))
        postgres.load(documents(size))
        _same_answers(index, postgres, size)
        compare = partial(_compare, report, their_cpu=postgres.cpu_seconds, limit_ms=limit_ms, rounds=rounds)
        compare(f"{label}_list", list_questions(), lambda ask: index.list(ask()), lambda ask: postgres.list(ask()))
        compare(
            f"{label}_deep_list", deep_questions(size), lambda ask: index.list(ask()), lambda ask: postgres.list(ask())
        )
        for use, asked in search_questions(known).items():
            compare(f"{label}_{use}", asked, lambda ask: index.search(ask()), lambda ask: postgres.search(ask()))
        _recall(report, label, recall_cases(known), index, postgres)
        if memory_mb is not None:
            report.at_most(f"{label}_peak_memory", _peak_memory(folder, size), "MB", memory_mb)


def _build(report: Report, label: str, size: int, folder: Path) -> LocalIndex:
    started = time.perf_counter()
    index = LocalIndex(IndexSchema(KINDS), folder)
    index.apply(documents(size), BUILD_HEAP)
    report.show(f"{label}_build", time.perf_counter() - started, "s")
    report.show(f"{label}_size", sum(file.stat().st_size for file in folder.iterdir()) / 1e6, "MB")
    return index


def _same_answers(index: LocalIndex, postgres: PostgresRecords, size: int) -> None:
    """Both sides must mean the same: rows, totals and facets of every list agree."""
    for ask in [*list_questions(), *deep_questions(size)]:
        query = ask()
        page, (rows, total, facets) = index.list(query), postgres.list(query)
        if (page.total, page.facets, [row["id"] for row in page.rows]) != (total, facets, [row["id"] for row in rows]):
            raise AssertionError(f"{query} answers {page.total} here and {total} in PostgreSQL")


def _compare(
    report: Report,
    name: str,
    questions: Sequence[Question],
    ours: Callable[[Question], object],
    theirs: Callable[[Question], object],
    their_cpu: Callable[[], float],
    limit_ms: float,
    rounds: int,
) -> None:
    """Median and 95th percentile of either side, how many times faster ours is, and how much less CPU time it takes."""
    sides = (_Side(ours, time.thread_time), _Side(theirs, their_cpu))
    costs = [_cheapest(sides, question, rounds) for question in questions]
    (our_50, our_95), (their_50, their_95) = (_percentiles([cost[n].wall for cost in costs]) for n in (0, 1))
    (_, our_cpu), (_, their_cpu_95) = (_percentiles([cost[n].cpu for cost in costs]) for n in (0, 1))
    report.add(f"{name}_p50", our_50, "ms", None, ok=True, baseline=their_50)
    report.at_most(f"{name}_p95", our_95, "ms", limit_ms, baseline=their_95)
    if name in HELD_AGAINST_POSTGRES:
        report.at_least(f"{name}_times_faster", their_95 / our_95, "×", TIMES_FASTER)
    else:
        report.show(f"{name}_times_faster", their_95 / our_95, "×")
    report.add(f"{name}_cpu_p95", our_cpu, "ms CPU", None, ok=True, baseline=their_cpu_95)


class _Side(NamedTuple):
    answer: Callable[[Any], object]
    cpu_seconds: Callable[[], float]


class _Cost(NamedTuple):
    """Milliseconds that passed, and milliseconds of CPU time."""

    wall: float
    cpu: float


def _cheapest(sides: Sequence[_Side], question: object, rounds: int) -> list[_Cost]:
    """What the question costs each side, asked in turn: the least of some rounds."""
    costs: list[list[_Cost]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, taken in zip(sides, costs, strict=True):
            started, cpu = time.perf_counter(), side.cpu_seconds()
            side.answer(question)
            taken.append(_Cost((time.perf_counter() - started) * 1_000, (side.cpu_seconds() - cpu) * 1_000))
    return [_Cost(min(c.wall for c in taken), min(c.cpu for c in taken)) for taken in costs]


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]


def _recall(
    report: Report, label: str, cases: Mapping[str, Sequence[Case]], index: LocalIndex, postgres: PostgresRecords
) -> None:
    """The share of cases whose record is among the first ten of its kind."""
    ours, theirs = Counter[str](), Counter[str]()
    for name, group in cases.items():
        for case in group:
            query = SearchQuery(case.text, dict.fromkeys(KINDS, _EVERYTHING))
            ours[name] += any(_is_wanted(case, hit.kind, hit.row) for g in index.search(query) for hit in g.hits)
            found = postgres.search(query)
            theirs[name] += any(_is_wanted(case, kind, row) for kind, (_, rows, _) in found.items() for row in rows)
        report.add(
            f"{label}_recall_{name}", ours[name] / len(group), "", None, ok=True, baseline=theirs[name] / len(group)
        )
    count = sum(len(group) for group in cases.values())
    report.at_least(f"{label}_recall_at_10", ours.total() / count, "", RECALL, baseline=theirs.total() / count)


def _is_wanted(case: Case, kind: str, row: Mapping[str, Any]) -> bool:
    return kind == case.kind and fold(str(row[TITLES[kind]])) == case.title


def _peak_memory(folder: str, size: int) -> float:
    """MB that a fresh process holds at most, which opens the index and answers every question of the bench."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(_answer_all, folder, size).result()


def _answer_all(folder: str, size: int) -> float:
    index = LocalIndex(IndexSchema(KINDS), Path(folder))
    for ask in [*list_questions(), *deep_questions(size)]:
        index.list(ask())
    for asked in search_questions(sample(size, 300)).values():
        for question in asked:
            index.search(question())
    status = Path("/proc/self/status").read_text("ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) / 1_024
