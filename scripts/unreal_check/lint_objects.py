"""Pointers to UObjects that the garbage collector does not see, and UObjects touched off the game thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .functions import Body, Lambda, bodies, lambdas
from .source import Finding, Layer, SourceFile, arguments, closing

_CLASS = re.compile(r"\b(?:class|struct)\s+(?:[A-Z0-9_]+_API\s+)?([A-Z]\w*)\s*(?:final\s*)?(:[^{;()]*)?\{")
_OBJECT = r"[UA][A-Z][a-z]\w*"
_RAW = re.compile(rf"\b{_OBJECT}\s*(?:const\s*)?\*")
_COLLECTED = re.compile(r"\bTObjectPtr\s*<")
# Calls that run what they are given on some other thread.
_ELSEWHERE = re.compile(
    r"\b(AsyncTask|Async|AsyncThread|AsyncPool|ParallelFor|UE::Tasks::Launch|Launch|std::thread|std::async"
    r"|ENQUEUE_RENDER_COMMAND|CreateAndDispatchWhenReady)\b[^;(){}]*\("
)
_GAME_THREAD = re.compile(r"\b(?:GameThread|TaskGraphMainThread)\b")
_BACK = re.compile(r"\b(?:AsyncTask|Async|AddTicker|ExecuteOnGameThread)\b[^;(){}]*\(")
_GLOBALS = re.compile(
    rf"\b(?:GEngine|GEditor|GWorld|NewObject|GetDefault|GetMutableDefault|LoadObject|FindObject|StaticClass|Cast|CastChecked"
    rf"|IsValid|CollectGarbage|{_OBJECT})\b"
)
# Functions that the core may call on its own thread, by the interface of Engine.h that the class implements.
_ANY_THREAD = {
    "facebridge::Log": {"write"},
    "facebridge::MainThread": {"post"},
    "FRunnable": {"Run", "Stop"},
    "FNonAbandonableTask": {"DoWork"},
    "FAnimInstanceProxy": {"Evaluate", "EvaluateAnimation", "Update", "UpdateAnimation", "CacheBones"},
    "FAnimNode": {
        "Evaluate_AnyThread",
        "EvaluateSkeletalControl_AnyThread",
        "Update_AnyThread",
        "CacheBones_AnyThread",
    },
}


def check(layer: Layer) -> list[Finding]:
    found: list[Finding] = []
    members: dict[str, set[str]] = {}
    bases: dict[str, str] = {}
    for file in layer.files:
        for owner, base, start, end in _classes(file):
            bases[owner] = base
            found += _pointers(file, owner, base, start, end, members.setdefault(owner, set()))
    for file in layer.files:
        found += _threads(file, members, bases)
    return found


def on_any_thread(layer: Layer) -> Iterator[tuple[SourceFile, Body]]:
    """Functions of the layer that are called off the game thread, those that the core calls first."""
    bases = {owner: base for file in layer.files for owner, base, _, _ in _classes(file)}
    found = [(file, body) for file in layer.files for body in bodies(file.bare) if _is_on_any_thread(body, bases)]
    yield from sorted(found, key=lambda place: "facebridge::" not in bases[place[1].owner])


def _is_on_any_thread(body: Body, bases: dict[str, str]) -> bool:
    base = bases.get(body.owner, "")
    return any(name in base and body.short in functions for name, functions in _ANY_THREAD.items())


def _classes(file: SourceFile) -> list[tuple[str, str, int, int]]:
    """(name, bases, start, end) of every class that the file defines."""
    return [
        (match[1], (match[2] or "").lstrip(":").strip(), match.end(), closing(file.bare, match.end() - 1))
        for match in _CLASS.finditer(file.bare)
    ]


def _statements(bare: str, start: int, end: int) -> list[tuple[int, str]]:
    """(offset, text) of each declaration of a class's own level; bodies and nested classes are left out."""
    found: list[tuple[int, str]] = []
    at = start
    while stop := re.compile(r"[;{}]").search(bare, at, end):
        found.append((at, bare[at : stop.start()]))
        at = closing(bare, stop.start()) + 1 if stop[0] == "{" else stop.end()
    return found


def _pointers(file: SourceFile, owner: str, base: str, start: int, end: int, members: set[str]) -> list[Finding]:
    """Members of a class that point at UObjects; their names go into `members` for the check of threads."""
    found: list[Finding] = []
    collected_by_hand = "FGCObject" in base
    for offset, text in _statements(file.bare, start, end):
        stripped = re.sub(r"\b(?:public|protected|private)\s*:", lambda m: " " * len(m[0]), text)
        under = re.search(r"\bUPROPERTY\s*\(", stripped)
        declaration = stripped[closing(stripped, under.end() - 1) + 1 :] if under else stripped
        declaration = declaration.split("=")[0]
        if (
            "(" in declaration
            or not declaration.strip()
            or re.match(r"\s*(?:using|friend|class|struct|enum|template|GENERATED|#)", declaration)
        ):
            continue
        name = re.search(r"(\w+)\s*(?:\[[^\]]*\])?\s*$", declaration)
        points = _RAW.search(declaration) or _COLLECTED.search(declaration)
        if name and (points or re.search(r"\bT(?:Weak|Strong|Soft)ObjectPtr\s*<", declaration)):
            members.add(name[1])
        if points and not under and not collected_by_hand:
            at = offset + len(text) - len(text.lstrip())
            where = "under UPROPERTY()" if owner[:1] in "UA" else "a TWeakObjectPtr or TStrongObjectPtr"
            text = f"{owner}::{name[1] if name else '?'} points at a UObject that may be collected: make it {where}"
            found.append(file.finding("object-pointer", at, text))
    return found


@dataclass(frozen=True)
class _Region:
    """Code that runs off the game thread, and why."""

    start: int
    end: int
    why: str
    captures: str


def _threads(file: SourceFile, members: dict[str, set[str]], bases: dict[str, str]) -> list[Finding]:
    found: list[Finding] = []
    seen: set[int] = set()
    for body in bodies(file.bare):
        for region in _regions(file, body, bases):
            text = _without_returns(file.bare, region)
            owner = body.owner
            names = _object_names(file.bare[body.start : region.start]) | members.get(owner, set())
            uobject = re.match(r"[UA][A-Z][a-z]", owner) is not None
            held = bool(re.search(r"\bthis\b|(?:^|,)\s*[=&]\s*(?:,|$)", region.captures))
            for word in re.finditer(r"(?<![\w.:])(?<!->)\w+", text):
                offset = region.start + word.start()
                touched = _GLOBALS.fullmatch(word[0]) or (word[0] in names) or (word[0] == "this" and uobject)
                if touched and file.line(offset) not in seen:
                    seen.add(file.line(offset))
                    problem = (
                        f"{word[0]} is touched {region.why}: a UObject belongs to the game thread; post the work there"
                    )
                    found.append(file.finding("thread", offset, problem))
            if uobject and held and file.line(region.start) not in seen:
                seen.add(file.line(region.start))
                problem = f"captures this of {owner} for code that runs {region.why}: capture what it needs by value"
                found.append(file.finding("thread", region.start, problem))
    return found


def _regions(file: SourceFile, body: Body, bases: dict[str, str]) -> list[_Region]:
    found: list[_Region] = []
    if _is_on_any_thread(body, bases):
        found.append(_Region(body.start, body.end, f"in {body.owner}::{body.short}, which runs on any thread", ""))
    for match in _ELSEWHERE.finditer(file.bare, body.start, body.end):
        opened = match.end() - 1
        if match[1] == "ENQUEUE_RENDER_COMMAND":
            opened = file.bare.find("(", closing(file.bare, opened))
        spans = arguments(file.bare, opened)
        if not spans or (match[1] in {"AsyncTask", "Async"} and _GAME_THREAD.search(file.bare[slice(*spans[0])])):
            continue
        inside: list[Lambda] = lambdas(file.bare, opened + 1, closing(file.bare, opened))
        found += [_Region(item.start, item.end, f"by {match[1]} on another thread", item.captures) for item in inside]
    return found


def _without_returns(bare: str, region: _Region) -> str:
    """The region's text with what it posts back to the game thread as blanks."""
    text = bare[region.start : region.end]
    for match in _BACK.finditer(text):
        opened = match.end() - 1
        end = closing(text, opened)
        ticker = "AddTicker" in match[0] or "ExecuteOnGameThread" in match[0]
        if ticker or _GAME_THREAD.search(text[opened:end]):
            text = text[:opened] + re.sub(r"[^\n]", " ", text[opened : end + 1]) + text[end + 1 :]
    return text


def _object_names(text: str) -> set[str]:
    """Local variables and parameters before a region that point at UObjects."""
    found = {match[1] for match in re.finditer(rf"\b{_OBJECT}\s*(?:const\s*)?[*&]\s*(?:const\s+)?(\w+)", text)}
    found |= {match[1] for match in re.finditer(r"\bT(?:Weak|Strong|Soft)?Object(?:Ptr)\s*<[^>]*>\s*&?\s*(\w+)", text)}
    found |= {match[1] for match in re.finditer(r"\bauto\s*\*\s*(\w+)\s*=", text)}
    return found
