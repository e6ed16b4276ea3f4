"""Modify() before every write to what the editor's undo keeps: saved properties of components and data assets."""

from __future__ import annotations

import re

from .functions import Body, bodies
from .reflect import Member, Reflected, parse
from .source import Finding, Layer, SourceFile

CHECK = "modify"
# Objects whose properties are a user's document; settings, subsystems and commandlets are not undone.
_KEPT_BASES = ("UActorComponent", "USceneComponent", "UDataAsset", "UPrimaryDataAsset", "AActor")
_NOT_KEPT = re.compile(r"\b(?:Transient|DuplicateTransient|NonTransactional|Config|GlobalConfig)\b")
# Called while the object is made or loaded, or by the transaction itself.
_EXEMPT_TEXT = """
    BeginDestroy OnComponentCreated PostDuplicate PostEditChangeChainProperty PostEditChangeProperty PostEditUndo
    PostInitProperties PostLoad PreEditChange Serialize
"""
_EXEMPT = frozenset(_EXEMPT_TEXT.split())
_CHANGING_TEXT = """
    Add AddUnique AddDefaulted AddZeroed Append Emplace Empty Init Insert Pop Push Remove RemoveAll RemoveAt Reset
    SetNum SetNumZeroed Sort Swap FindOrAdd
"""
_CHANGING = "|".join(_CHANGING_TEXT.split())


def check(layer: Layer) -> list[Finding]:
    documents = kept(layer)
    sources = [(file, bodies(file.bare)) for file in layer.files]
    found: list[Finding] = []
    for file, functions in sources:
        for body in functions:
            if body.owner in documents:
                found += _own(file, body, documents[body.owner], sources)
            found += _foreign(file, body, set().union(*documents.values()))
    return found


def kept(layer: Layer) -> dict[str, set[str]]:
    """Class -> names of its properties that undo keeps."""
    found: dict[str, set[str]] = {}
    for file in layer.files:
        if file.path.suffix != ".h":
            continue
        for item in parse(file):
            if item.kind == "UCLASS" and item.base in _KEPT_BASES:
                found[item.name] = {member.name for member in item.of("UPROPERTY") if _is_kept(item, member)}
    return found


def _is_kept(item: Reflected, member: Member) -> bool:
    return not _NOT_KEPT.search(re.sub(r"meta\s*=\s*\(.*\)", "", member.specifiers))


def _writes(names: set[str], before: str) -> re.Pattern[str]:
    """A write to one of the properties; `before` is what stands in front of the name."""
    any_name = "|".join(sorted(names))
    return re.compile(
        rf"{before}(?P<name>{any_name})\b(?:\s*\[[^\]]*\])?(?:\.\w+)?\s*"
        rf"(?:(?:[-+*/|&]?=)(?!=)|(?:\.|->)(?:{_CHANGING})\s*\(|\+\+|--)"
    )


def _own(file: SourceFile, body: Body, names: set[str], sources: list[tuple[SourceFile, list[Body]]]) -> list[Finding]:
    if not names or body.short in _EXEMPT or body.short in {body.owner, f"~{body.owner}"}:
        return []
    text = file.bare[body.start : body.end]
    write = _writes(names, r"(?<![\w.:>])(?:this->)?").search(text)
    if write is None or re.search(
        rf"\b[\w:<>]+[&*]?\s+{write['name']}\s*$", text[: write.end("name")].rsplit("\n", 1)[-1]
    ):
        return []
    if _modifies(text[: write.start()]) or _every_caller_modifies(body, sources):
        return []
    problem = f"{body.name} writes {write['name']} and no Modify() comes before it: undo would lose the value"
    return [file.finding(CHECK, body.start + write.start(), problem)]


def _modifies(text: str) -> bool:
    return re.search(r"(?:(?<![\w.>:])|this->|Super::)Modify\s*\(", text) is not None


def _every_caller_modifies(body: Body, sources: list[tuple[SourceFile, list[Body]]]) -> bool:
    """Whether every call of the function stands after a Modify() of its own class; false without any call."""
    called = False
    for file, functions in sources:
        for caller in functions:
            text = file.bare[caller.start : caller.end]
            for match in re.finditer(rf"(?<![\w:]){re.escape(body.short)}\s*\(", text):
                if caller.name == body.name:
                    continue
                called = True
                exempt = caller.short in _EXEMPT or caller.short == caller.owner
                if caller.owner != body.owner or not (exempt or _modifies(text[: match.start()])):
                    return False
    return called


def _foreign(file: SourceFile, body: Body, names: set[str]) -> list[Finding]:
    """Writes through a pointer, `Object->Property = ...`, without `Object->Modify()` before them."""
    if not names:
        return []
    found: list[Finding] = []
    text = file.bare[body.start : body.end]
    for write in _writes(names, r"(?P<object>\b\w+)->").finditer(text):
        name = write["object"]
        before = text[: write.start()]
        made = re.search(
            rf"\b{name}\b\s*=\s*(?:\w+<[^;]*>\s*\(|[^;]*\b(?:NewObject|FactoryCreateNew|DuplicateObject|CreateDefaultSubobject))",
            before,
        )
        fresh = made and re.search(r"NewObject|FactoryCreateNew|DuplicateObject|CreateDefaultSubobject", made[0])
        if name == "this" or fresh or re.search(rf"\b{name}->Modify\s*\(", before):
            continue
        problem = (
            f"{body.name} writes {name}->{write['name']} and no {name}->Modify() comes before it: undo would lose it"
        )
        found.append(file.finding(CHECK, body.start + write.start(), problem))
    return found
