"""Many matches held against one event at once: a rule whose first clause wants another text is not even asked."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from rules.matching import MATCHED, Fields, Match
from rules.paths import getter

FEW: Final = 8  # matches that are asked one by one sooner than they could be told apart
Judge = Callable[[Fields], tuple[tuple[int, ...], bool]]
Group = tuple[Callable[[Fields], Any], dict[str, tuple[int, ...]], tuple[int, ...]]


def judging(matches: Sequence[Match]) -> Judge:
    """A function that says for each match which clause fails first, or MATCHED; and whether any matched."""
    return _one_by_one(matches) if len(matches) <= FEW else _by_text(matches)


def _one_by_one(matches: Sequence[Match]) -> Judge:
    tests = tuple(match.match for match in matches)

    def judge(fields: Fields) -> tuple[tuple[int, ...], bool]:
        clauses = tuple([test(fields) for test in tests])
        return clauses, MATCHED in clauses

    return judge


def _by_text(matches: Sequence[Match]) -> Judge:
    tests = tuple(match.match for match in matches)
    groups, others = _grouped(matches)
    nothing = ((0,) * len(tests), False)

    def judge(fields: Fields) -> tuple[tuple[int, ...], bool]:
        asked = list(others)
        for get, wanting, every in groups:
            value = get(fields)
            if type(value) is str:
                asked += wanting.get(value, ())
            elif type(value) is list:
                asked += every
        if not asked:
            return nothing
        clauses = list(nothing[0])
        for index in asked:
            clauses[index] = tests[index](fields)
        return tuple(clauses), any(clauses[index] == MATCHED for index in asked)

    return judge


def _grouped(matches: Sequence[Match]) -> tuple[list[Group], tuple[int, ...]]:
    """The matches by the path and the texts that their first clause wants, and those that want something else."""
    wanting: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    every: dict[str, list[int]] = defaultdict(list)
    others = []
    for index, match in enumerate(matches):
        first = match.parts[0] if match.parts else None
        if first is None or first.texts is None:
            others.append(index)
            continue
        every[first.paths[0]].append(index)
        for text in first.texts:
            wanting[first.paths[0]][text].append(index)
    groups = [
        (getter(path), {text: tuple(indexes) for text, indexes in texts.items()}, tuple(every[path]))
        for path, texts in wanting.items()
    ]
    return groups, tuple(others)
