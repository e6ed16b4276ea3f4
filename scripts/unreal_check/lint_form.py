"""Form of the layer's files: the header tool's rules, localisation, exports, narrow text, length, opening sentence."""

from __future__ import annotations

import re

from .reflect import Reflected, parse
from .source import Finding, Layer, SourceFile, closing

LONGEST = 300
_PREFIX = {"UCLASS": "UA", "USTRUCT": "F", "UENUM": "E", "UINTERFACE": "U"}
# Calls whose arguments are TCHAR or FText in Unreal; a narrow literal among them is a fault even where it compiles.
_TEXT_CALLS_TEXT = """
    AddError AddInfo AddSection AddTicker AsCultureInvariant Combine Contains CreateDefaultSubobject CreatePackage
    CreateProc Describe EndsWith Exec ExtendMenu FName FScopedSlowTask FSlateIcon FString FStringView
    FindConsoleVariable FindObject FindOrAddSection FindPlugin FromString GetBrush GetModulePtr IsModuleLoaded It
    LatentIt LoadModuleChecked LoadModulePtr LoadObject Param ParseIntoArray Printf RegisterNomadTabSpawner
    RemoveFromEnd RemoveFromStart Replace SetMorphTarget SetScalarParameterValueOnMaterials
    SetVectorParameterValueOnMaterials StartsWith TestEqual TestFalse TestNotEqual TestNotNull TestNull TestTrue
    TryInvokeTab UE_CLOG UE_LOG UnregisterNomadTabSpawner Value checkf ensureMsgf
"""
_TEXT_CALLS = frozenset(_TEXT_CALLS_TEXT.split())


def check(layer: Layer) -> list[Finding]:
    found: list[Finding] = []
    for file in layer.files:
        types = parse(file) if file.path.suffix == ".h" else []
        found += _opening(file)
        found += _generated(file, types)
        found += _localisation(file)
        found += _narrow(file)
        found += _exports(file, types)
    for file in layer.core_headers:
        found += _exports(file, [])
    return found


def _opening(file: SourceFile) -> list[Finding]:
    lines = file.text.splitlines()
    found: list[Finding] = []
    if len(lines) > LONGEST:
        found.append(
            Finding("length", file.name, LONGEST, f"has {len(lines)} lines, at most {LONGEST}: split it by idea")
        )
    first = lines[0] if lines else ""
    if not re.match(r"// \S.*\S", first) or not re.search(r"\.\s*$", _first_comment(lines)):
        found.append(Finding("opening", file.name, 1, "does not open with a sentence that says what the file is"))
    return found


def _first_comment(lines: list[str]) -> str:
    taken: list[str] = []
    for line in lines:
        if not line.startswith("//"):
            break
        taken.append(line[2:].strip())
    return " ".join(taken)


def _generated(file: SourceFile, types: list[Reflected]) -> list[Finding]:
    found: list[Finding] = []
    includes = file.includes
    generated = [(line, name) for line, name in includes if name.endswith(".generated.h")]
    wanted = f"{file.path.stem}.generated.h"
    if types:
        names = [name for _, name in generated]
        if names != [wanted]:
            where = generated[0][0] if generated else 1
            given = ", ".join(names) or "no .generated.h"
            text = f'includes {given}: a header with reflected types includes "{wanted}" once'
            found.append(Finding("generated", file.name, where, text))
        elif not includes[-1][1].endswith(".generated.h"):
            line, name = includes[-1]
            found.append(
                Finding("generated-last", file.name, line, f'"{name}" comes after "{wanted}", which must be last')
            )
    elif generated:
        found.append(
            Finding("generated", file.name, generated[0][0], "includes a .generated.h and has no reflected type")
        )
    for item in types:
        if item.kind != "UENUM" and item.generated < 0:
            text = f"{item.name} has no GENERATED_BODY(): write it as the first line of the body"
            found.append(file.finding("generated-body", item.offset, text))
        if item.name[0] not in _PREFIX[item.kind]:
            text = f"{item.kind} {item.name} must begin with {' or '.join(_PREFIX[item.kind])}"
            found.append(file.finding("prefix", item.offset, text))
        if item.kind == "UENUM" and item.underlying not in {"uint8", ""}:
            found.append(
                file.finding("blueprint-type", item.offset, f"{item.name}: Blueprint knows enums of uint8 only")
            )
    return found


def _localisation(file: SourceFile) -> list[Finding]:
    found: list[Finding] = []
    opened = -1
    uses = re.compile(r"#\s*(define|undef)\s+LOCTEXT_NAMESPACE\b|(?<!NS)\bLOCTEXT\s*\(")
    for match in uses.finditer(file.bare):
        if match[1] == "define":
            if opened >= 0:
                found.append(
                    file.finding("loctext", match.start(), "LOCTEXT_NAMESPACE is defined twice: #undef it between")
                )
            opened = match.start()
        elif match[1] == "undef":
            if opened < 0:
                found.append(file.finding("loctext", match.start(), "#undef LOCTEXT_NAMESPACE without its #define"))
            opened = -1
        elif opened < 0:
            found.append(
                file.finding("loctext", match.start(), "LOCTEXT outside of a LOCTEXT_NAMESPACE: #define one above")
            )
    if opened >= 0:
        found.append(
            file.finding("loctext", opened, "LOCTEXT_NAMESPACE is never undefined: #undef it at the file's end")
        )
    return found


def _narrow(file: SourceFile) -> list[Finding]:
    found: list[Finding] = []
    for match in re.finditer(r'(?<![\w"])"[^"\n]*"', file.bare):
        line = file.bare.rfind("\n", 0, match.start()) + 1
        if file.bare[line : match.start()].lstrip().startswith(("#", "extern")):
            continue
        name = _enclosing(file.bare, match.start())
        declared = re.search(r"\b(FString|FName|FText)\s+\w+\s*(?:=|\{)\s*$", file.bare[line : match.start()])
        if declared or (name in _TEXT_CALLS):
            text = f"{file.code[match.start() : match.end()]} is narrow where Unreal wants TCHAR: write TEXT(...)"
            found.append(file.finding("narrow", match.start(), text))
    return found


def _enclosing(bare: str, offset: int) -> str:
    """Name of the innermost call whose arguments hold the offset, template arguments left out; empty without one."""
    depth = 0
    for index in range(offset - 1, max(offset - 4000, -1), -1):
        letter = bare[index]
        if letter in ")]}":
            depth += 1
        elif letter in "([{":
            if depth:
                depth -= 1
                continue
            if letter != "(":
                return ""
            before = re.sub(r"<[^<>()]*>\s*$", "", bare[max(index - 200, 0) : index].rstrip())
            match = re.search(r"(\w+)\s*$", before)
            return match[1] if match else ""
        elif letter == ";" and not depth:
            return ""
    return ""


def _exports(file: SourceFile, types: list[Reflected]) -> list[Finding]:
    """What another module links with carries the macro of its module; a template, an enum or inline code needs none."""
    if file.path.suffix != ".h" or "/Public/" not in file.name:
        return []
    macro = f"{file.module.upper()}_API"
    found: list[Finding] = []
    for item in types:
        head = file.bare[item.offset : item.start]
        if item.kind == "UCLASS" and macro not in head and "MinimalAPI" not in head:
            text = f"{item.name} is public and not exported: write `class {macro} {item.name}`"
            found.append(file.finding("exported", item.offset, text))
    names = {item.name for item in types}
    nested = _nested(file.bare)
    for match in re.finditer(r"^[ \t]*(?:class|struct)\s+(\w+)\s*(?:final\s*)?(?::[^;{]*)?\{", file.bare, re.MULTILINE):
        before = file.bare[: match.start()].rstrip()
        if match[1] in names or before.endswith(">") or any(a < match.start() < b for a, b in nested):
            continue
        inside = _declarations(file.bare[match.end() : closing(file.bare, match.end() - 1)])
        if re.search(r"(?:\w|operator\S+)\s*\([^;{}]*\)\s*(?:const|override|\s)*;", inside):
            text = f"{match[1]} is public, has functions defined elsewhere and is not exported: write {macro}"
            found.append(file.finding("exported", match.start(), text))
    pattern = re.compile(
        r"^[ \t]*(?!.*\b(?:using|typedef|return|DECLARE_\w+|friend)\b)([\w:<>,&* \t]+?[\s&*])"
        r"(\w+|operator\S+)\([^;{}]*\)\s*;",
        re.MULTILINE,
    )
    for match in pattern.finditer(file.bare):
        if macro not in match[1] and "inline" not in match[1] and not any(a < match.start() < b for a, b in nested):
            text = f"{match[2]} is a public function and not exported: write {macro} before it"
            found.append(file.finding("exported", match.start(2), text))
    return found


def _declarations(inside: str) -> str:
    """A class's text without the bodies of its inline functions, which leave a brace behind."""
    while (outer := re.sub(r"\{[^{}]*\}", "}", inside)) != inside:
        inside = outer
    return inside


def _nested(bare: str) -> list[tuple[int, int]]:
    """Spans of the outermost braces that are not a namespace's: classes, enums and bodies."""
    found: list[tuple[int, int]] = []
    at = 0
    while (start := bare.find("{", at)) >= 0:
        if re.search(r"\bnamespace\b[\s\w:]*$", bare[max(start - 200, 0) : start]):
            at = start + 1
        else:
            at = closing(bare, start) + 1
            found.append((start, at))
    return found
