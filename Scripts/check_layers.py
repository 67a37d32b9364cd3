#!/usr/bin/env python3
"""Checks that modules, and the folders of MultitaskingProcesses, use only what is below them.

`Docs/architecture.md` explains the layers. Exits with 1 and names each use that breaks them.
"""

import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "Sources"

# What each module may import of this package.
ALLOWED = {
    "MultitaskingPlatform": [],
    "MultitaskingCore": ["MultitaskingPlatform"],
    "MultitaskingSystem": ["MultitaskingCore", "MultitaskingPlatform", "CMultitaskingClock"],
    "MultitaskingSerialization": ["MultitaskingCore", "MultitaskingPlatform", "CMultitaskingImages", "CZstd"],
    "MultitaskingCaptures": ["MultitaskingCore", "MultitaskingSerialization", "CMultitaskingCaptures"],
    "MultitaskingThreads": ["MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem"],
    "MultitaskingProcesses": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingCaptures", "CMultitaskingLinux"],
    # Knows the protocols alone: no backend, no coder, no C.
    "MultitaskingSessions": ["MultitaskingCore", "MultitaskingSystem"],
    "MultitaskingInMemory": [
        "MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem", "MultitaskingSerialization",
        "MultitaskingCaptures", "MultitaskingSessions"],
    "Multitasking": ["MultitaskingCore", "MultitaskingSessions", "MultitaskingThreads", "MultitaskingProcesses"],
    "MultitaskingConformance": ["MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem"],
    # Adapters know the protocols alone.
    "MultitaskingMetrics": ["MultitaskingCore"],
    "MultitaskingTracing": ["MultitaskingCore", "MultitaskingSystem"],
    "MultitaskingLifecycle": ["MultitaskingCore"],
    "MultitaskingDashboard": ["MultitaskingCore", "MultitaskingPlatform", "MultitaskingSessions"],
    "MultitaskingLogging": ["MultitaskingSystem"],
    # Workers on other machines, and two ways to have them.
    "RemoteWorkers": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingCaptures",
        "CMultitaskingLinux", "CRemoteWorkers"],
    "MultitaskingRay": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingSessions", "RemoteWorkers",
        "CMultitaskingLinux", "CRemoteWorkers"],
    "MultitaskingLaunch": ["MultitaskingCore", "MultitaskingSystem", "MultitaskingSessions", "RemoteWorkers"],
}
# The folders of a module from the lowest to the highest; what lies beside them is the top.
FOLDERS = {
    "MultitaskingProcesses": [
        "System", "Options", "Arena", "Tasks", "Member", "Channel", "Worker", "Supervisor", "Client"],
}
OURS = {path.name for path in SOURCES.iterdir() if path.is_dir()}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.MULTILINE)

MODIFIERS = (
    r"(?:(?:@\w+(?:\([^)]*\))?|public|package|internal|private|fileprivate|final|indirect|static|mutating|nonmutating|"
    r"convenience|override|nonisolated|unsafe)(?:\([^)]*\))?\s+)*")
TYPE = r"(?:struct|class|enum|protocol|actor|typealias)"
DECLARATION = re.compile(rf"^({MODIFIERS})(?:{TYPE}|func|let|var)\s+(\w+)", re.MULTILINE)
EXTENSION = re.compile(rf"^{MODIFIERS}extension\s+([\w.]+)[^{{]*\{{\n?(.*?)^\}}", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(rf"^    ({MODIFIERS})(?:{TYPE}|func|let|var|case)\s+(\w+)", re.MULTILINE)
ANY_DECLARATION = re.compile(rf"\b(?:{TYPE}|func|let|var|case)\s+(\w+)")


def code(text):
    """The text without comments and string literals, but with what is interpolated into these."""
    def interpolated(match):
        return " ".join(re.findall(r"\\\((.*?)\)", match.group(0), re.DOTALL))
    text = re.sub(r'"""(.*?)"""', interpolated, text, flags=re.DOTALL)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', interpolated, text)


def is_visible(modifiers):
    return not re.search(r"\b(?:private|fileprivate)\b", modifiers)


def wrong_edges(module, folders):
    """Uses of what a higher folder declares: types, functions, and members that it adds to types of lower ones.

    Goes by names, so members count only if all that have the name are added in higher folders.
    """
    root = SOURCES / module
    texts = {path.relative_to(root): code(path.read_text()) for path in sorted(root.rglob("*.swift"))}

    def height(path):
        return folders.index(path.parts[0]) if len(path.parts) > 1 else len(folders)

    unknown = sorted({path.parts[0] for path in texts if len(path.parts) > 1 and path.parts[0] not in folders})
    if unknown:
        return [f"{module}/{name}: a folder that {pathlib.Path(__file__).name} does not know" for name in unknown]
    names, members = {}, {}
    for path, text in texts.items():
        for modifiers, name in DECLARATION.findall(text):
            if is_visible(modifiers):
                names.setdefault(name, []).append(path)
        for _, body in EXTENSION.findall(text):
            for modifiers, name in MEMBER.findall(body):
                if is_visible(modifiers):
                    members.setdefault(name, []).append(path)
    # Where else a member's name is declared, be it in a type: then it says nothing about which one is meant.
    declared = {}
    for path, text in texts.items():
        for name in ANY_DECLARATION.findall(text):
            declared.setdefault(name, set()).add(path)
    foreign = {
        name for other in ALLOWED[module] for path in (SOURCES / other).rglob("*.swift")
        for name in ANY_DECLARATION.findall(code(path.read_text()))}
    members = {name: places for name, places in members.items() if name not in foreign}
    broken = []
    for path, text in texts.items():
        here = height(path)
        words = set(re.findall(r"\w+", text))
        for table in (names, members):
            for name in sorted(words & table.keys()):
                places = table[name]
                everywhere = places if table is names else declared[name]
                if min(map(height, everywhere)) > here:
                    broken.append(f"Sources/{module}/{path}: uses {name}, which {places[0]} declares")
    return broken


def wrong_imports():
    unknown = sorted(name for name in OURS if name.startswith("Multitasking") and name not in ALLOWED)
    broken = [f"{name}: a module that {pathlib.Path(__file__).name} does not know" for name in unknown]
    for module, allowed in ALLOWED.items():
        for path in sorted((SOURCES / module).rglob("*.swift")):
            for name in IMPORT.findall(path.read_text()):
                if name in OURS and name != module and name not in allowed:
                    broken.append(f"{path.relative_to(SOURCES.parent)}: {module} must not import {name}")
    return broken


def main():
    broken = wrong_imports()
    for module, folders in FOLDERS.items():
        broken += wrong_edges(module, folders)
    count = sum(map(len, FOLDERS.values()))
    print("\n".join(broken) or f"{len(ALLOWED)} modules and {count} folders use only what is below them")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
