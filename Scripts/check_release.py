#!/usr/bin/env python3
"""Says whether a tag of this commit would be right, for the version in the file VERSION.

Looks at the version, the tags, the work tree, the changelog, the dependencies that documents and sources show and, if there is
a tag already, at the public API.
Exits with 1 and says what is to be done.
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
DEPENDENCY = re.compile(r'swift-multitasking(?:\.git)?",\s*from: "([^"]*)"')


def parts(version):
    """The three numbers; None if it is no version."""
    found = VERSION.match(version)
    return tuple(int(number) for number in found.groups()) if found else None


def last_tag(tags):
    versions = [tag for tag in tags if parts(tag)]
    return max(versions, key=parts, default=None)


def version_faults(version, tags):
    if not parts(version):
        return [f"VERSION: {version!r} is not of the form 1.2.3"]
    if version in tags:
        return [f"VERSION: the tag {version} exists; raise the version"]
    last = last_tag(tags)
    if last and parts(version) < parts(last):
        return [f"VERSION: {version} is lower than the last tag, {last}"]
    return []


def changelog_faults(version, text):
    sections = re.findall(r"^## \[?([^\]\s]+)\]?(.*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    if not sections:
        return ["CHANGELOG.md: no section"]
    (name, rest, body), faults = sections[0], []
    if name.lower() == "unreleased":
        return [f"CHANGELOG.md: rename the section Unreleased to {version}, with the date"]
    if name != version:
        return [f"CHANGELOG.md: the first section is {name}, not {version}"]
    if not re.fullmatch(r" - \d{4}-\d{2}-\d{2}", rest):
        faults.append(f"CHANGELOG.md: end the heading of {version} with its date, as in ## {version} - 2026-01-31")
    if not re.search(r"^- ", body, re.MULTILINE):
        faults.append(f"CHANGELOG.md: the section of {version} has no entry")
    return faults


def dependency_faults(version, texts):
    """What `texts`, by their names, say of a dependency on this package; the README must show one."""
    found = [(name, other) for name, text in texts.items() for other in DEPENDENCY.findall(text)]
    faults = [f'{name}: from: "{other}" is not the version, {version}' for name, other in found if other != version]
    if "README.md" not in [name for name, _ in found]:
        faults.append(f'README.md: no dependency with from: "{version}"')
    return faults


def may_break(last, version):
    """Whether the public API may break between two versions: see Docs/public-api.md."""
    old, new = parts(last), parts(version)
    return new[0] > old[0] or (new[0] == 0 and new[1] > old[1])


def api_faults(version, last):
    swift = os.environ.get("SWIFT", "swift")
    run = subprocess.run(
        [swift, "package", "diagnose-api-breaking-changes", last], cwd=ROOT, capture_output=True, text=True)
    if run.returncode == 0:
        return []
    print(run.stdout + run.stderr)
    if may_break(last, version):
        print(f"These changes since {last} are allowed in {version}; each must be in CHANGELOG.md.")
        return []
    return [f"the public API breaks programs of {last}: raise the version, or keep what they use"]


def git(*arguments):
    run = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return run.stdout.split("\n")[:-1]


def main():
    version = (ROOT / "VERSION").read_text().strip()
    tags = git("tag", "--list")
    faults = version_faults(version, tags)
    faults += changelog_faults(version, (ROOT / "CHANGELOG.md").read_text())
    files = [name for name in git("ls-files", "*.md", "*.swift") if name != "CHANGELOG.md"]
    faults += dependency_faults(version, {name: (ROOT / name).read_text() for name in files})
    changed = git("status", "--porcelain")
    if changed:
        faults.append("the work tree has changes that are not committed: " + ", ".join(line[3:] for line in changed[:5]))
    if not faults and last_tag(tags):
        faults += api_faults(version, last_tag(tags))
    print("\n".join(faults) or f"this commit may be tagged: git tag {version}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
