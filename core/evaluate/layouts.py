"""Where verification's photos lie and which pairs are judged: a folder of people, LFW, CFP and AgeDB.

- people: one subfolder a person. Pairs are drawn: ten folds that share no person, mean over eight draws.
- lfw: `Name/Name_0001.jpg` and `pairs.txt`, whose ten folds are taken as they are (Huang et al., 2007, view 2).
- cfp: `Data/Images/NNN/{frontal,profile}/MM.jpg`, `Protocol/Pair_list_{F,P}.txt` and `Protocol/Split/{FF,FP}/NN/` with
  `same.txt` and `diff.txt`; frontal-frontal and frontal-profile are judged apart (Sengupta et al., 2016).
- agedb: `N_Name_age_gender.jpg` in one folder. The pairs of its 30-year protocol (Moschoglou et al., 2017) are public
  only for cropped photos, so they are drawn by the same rule, by seed: ten folds that share no person, up to 300 pairs
  of one person and 300 of two in each, ages exactly 30 years apart, mean over eight draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluate.described import SUFFIXES, photos_of_people
from core.evaluate.verification import FOLDS, Pairs, collected, pairs_of_people
from engine_bridge.errors import InputError

KINDS = ("people", "lfw", "cfp", "agedb")
DRAWS = 8
AGE_GAP_YEARS = 30
_AGEDB_NAME = re.compile(r"\d+_(?P<person>.+)_(?P<age>\d{1,3})_[mf]", re.IGNORECASE)

Usable = NDArray[np.bool_]


@dataclass(frozen=True)
class Layout:
    """Photos `names` below a root, and `pairs`: from which of them are usable (N,) to the draws of each test.

    Pairs are `fixed` where a protocol lists them; otherwise they are drawn among usable photos.
    """

    names: tuple[str, ...]
    pairs: Callable[[Usable], dict[str, list[Pairs]]]
    fixed: bool


def read_layout(kind: str, root: Path) -> Layout:
    """The layout of a folder; InputError says what of it is missing or cannot be understood."""
    if kind not in KINDS:
        raise InputError(f"The layout '{kind}' is unknown, expected {', '.join(KINDS)}.")
    return {"people": _people, "lfw": _lfw, "cfp": _cfp, "agedb": _agedb}[kind](root)


def _people(root: Path) -> Layout:
    names = photos_of_people(root)
    identity = np.unique([name.split("/")[0] for name in names], return_inverse=True)[1]

    def pairs(usable: Usable) -> dict[str, list[Pairs]]:
        rows = np.flatnonzero(usable)
        return {"people": [pairs_of_people(identity[rows], seed=seed).moved(rows) for seed in range(DRAWS)]}

    return Layout(names, pairs, fixed=False)


def _lfw(root: Path) -> Layout:
    path = root / "pairs.txt"
    lines = _lines(path)
    header = lines[0].split()
    if len(header) != 2 or not all(word.isdecimal() for word in header) or int(header[0]) != FOLDS:
        raise InputError(f"{path} begins with '{lines[0][:40]}', expected {FOLDS} folds and pairs a fold: '10 300'.")
    each = int(header[1])
    if len(lines) != 1 + 2 * FOLDS * each:
        raise InputError(
            f"{path} has {len(lines) - 1} pairs, expected {2 * FOLDS * each}: {FOLDS} times {each} of one person and "
            f"{each} of two; get the file again."
        )
    book = _Book(root)
    for number, line in enumerate(lines[1:]):
        words = line.split("\t") if "\t" in line else line.split()
        if len(words) not in (3, 4) or not all(word.isdecimal() for word in (words[1], words[-1])):
            raise InputError(f"{path} has the line '{line[:60]}', expected name, number, number, or two names.")
        first, second = words[0], words[0] if len(words) == 3 else words[2]
        pair = [f"{name}/{name}_{int(n):04d}" for name, n in ((first, words[1]), (second, words[-1]))]
        book.add("LFW", pair[0], pair[1], len(words) == 3, number // (2 * each))
    return book.layout()


def _cfp(root: Path) -> Layout:
    protocol = root / "Protocol"
    lists = {side: dict(_cfp_list(protocol / f"Pair_list_{side}.txt")) for side in "FP"}
    book = _Book(root)
    for test in ("FF", "FP"):
        for fold in range(FOLDS):
            for kind in ("same", "diff"):
                path = protocol / "Split" / test / f"{fold + 1:02d}" / f"{kind}.txt"
                for line in _lines(path):
                    words = [word.strip() for word in line.split(",")]
                    if len(words) != 2 or words[0] not in lists[test[0]] or words[1] not in lists[test[1]]:
                        raise InputError(f"{path} has the line '{line[:40]}', expected two numbers of the pair lists.")
                    first, second = lists[test[0]][words[0]], lists[test[1]][words[1]]
                    book.add(f"CFP_{test}", first, second, kind == "same", fold)
    return book.layout()


def _cfp_list(path: Path) -> Iterator[tuple[str, str]]:
    """Number -> Data/Images/NNN/side/MM of each line `number path`."""
    for line in _lines(path):
        words = line.replace("\\", "/").split()
        parts = words[-1].split("/")[-3:]
        if len(words) != 2 or len(parts) != 3:
            raise InputError(f"{path} has the line '{line[:60]}', expected a number and a path of CFP.")
        yield words[0], "/".join(["Data", "Images", *parts[:2], Path(parts[2]).stem])


def _agedb(root: Path) -> Layout:
    found: list[tuple[str, str, int]] = []
    for path in sorted(root.iterdir()):
        match = _AGEDB_NAME.fullmatch(path.stem) if path.suffix.lower() in SUFFIXES else None
        if match:
            found.append((path.name, match["person"], int(match["age"])))
    if not found:
        raise InputError(f"{root} holds no photos named N_Name_age_gender.jpg; give the folder of AgeDB's photos.")
    people = np.unique([person for _, person, _ in found], return_inverse=True)[1]
    ages = np.array([age for _, _, age in found])

    def pairs(usable: Usable) -> dict[str, list[Pairs]]:
        rows = np.flatnonzero(usable)
        draws = [pairs_across_age(people[rows], ages[rows], seed) for seed in range(DRAWS)]
        return {"AgeDB": [draw.moved(rows) for draw in draws]}

    return Layout(tuple(name for name, _, _ in found), pairs, fixed=False)


def pairs_across_age(identity: NDArray[np.integer], ages: NDArray[np.integer], seed: int) -> Pairs:
    """`pairs_of_people` whose two photos were taken 30 years apart; ages (N,) in years."""
    return pairs_of_people(identity, seed=seed, allowed=lambda a, b: np.abs(ages[a] - ages[b]) == AGE_GAP_YEARS)


class _Book:
    """Collects the pairs of published tests and the photos they name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rows: dict[str, int] = {}
        self._tests: dict[str, list[tuple[NDArray[np.int64], bool, int]]] = {}

    def add(self, test: str, first: str, second: str, same: bool, fold: int) -> None:
        """One pair of paths without their suffix."""
        rows = [self._rows.setdefault(name, len(self._rows)) for name in (first, second)]
        self._tests.setdefault(test, []).append((np.array([rows], np.int64), same, fold))

    def layout(self) -> Layout:
        """All pairs; InputError naming a photo that is missing."""
        names = tuple(self._file(stem) for stem in self._rows)
        tests = {test: collected(parts) for test, parts in self._tests.items()}

        def listed(usable: Usable) -> dict[str, list[Pairs]]:
            return {test: [pairs.among(usable)] for test, pairs in tests.items()}

        return Layout(names, listed, fixed=True)

    def _file(self, stem: str) -> str:
        for suffix in (".jpg", *sorted(SUFFIXES)):
            if (self._root / f"{stem}{suffix}").is_file():
                return f"{stem}{suffix}"
        raise InputError(f"{self._root / stem}.jpg is missing, but the protocol names it; get the photos again.")


def _lines(path: Path) -> list[str]:
    """The lines of a protocol's file that are not empty."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); the layout needs it.") from error
    if not lines:
        raise InputError(f"{path} is empty; get the protocol's files again.")
    return lines
