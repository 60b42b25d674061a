"""What we pass on with the console may be passed on: every installed package's licence is on a list.

An Apache-2.0 program that imports a GPL package is, when passed on as one, a GPL work: whoever embeds or
resells the console would owe what our README does not say. LGPL only with a written reason.
"""

from __future__ import annotations

import importlib.metadata
import json
import re

import pytest

from app.migrate import FOLDER

ROOT = FOLDER.parent

ALLOWED = re.compile(
    r"Apache([ -]?(Software )?Licen[cs]e)?[ ,-]*(V(ersion)?)? ?(2(\.0)?)?|MIT(-0)?( Licen[cs]e)?|0?BSD.*|ISC"
    r"|PSF.*|Python Software .*|MPL-2\.0|Mozilla Public License 2\.0.*|OFL.*|Unicode.*|Zlib|CC0-1\.0|ZPL-2\.1"
    r"|BlueOak-1\.0\.0|Python-2\.0",
    re.IGNORECASE,
)
REASONS = {
    "psycopg": "LGPL-3.0, imported unchanged from its own wheel, which whoever installs may replace",
    "psycopg-binary": "as psycopg",
    "text-unidecode": "Artistic or GPL, the first chosen; tests only, through pytest-playwright",
    "xmlhttprequest-ssl": "MIT by its LICENSE file; an old package whose manifest has only the old field",
}


def is_allowed(stated: str) -> bool:
    """Whether one of the licences offered, or all of those that hold together, are on the list."""
    offered = re.split(r"\s+OR\s+", stated.strip("() "))
    return any(all(ALLOWED.fullmatch(p.strip("() ")) for p in re.split(r"\s+AND\s+", way)) for way in offered)


@pytest.mark.parametrize(
    "stated", ["GPL-2.0-or-later", "AGPL-3.0-only", "LGPL-3.0-only", "MIT AND GPL-3.0", "", "BUSL-1.1"]
)
def test_what_binds_others_is_not_allowed(stated: str) -> None:
    assert not is_allowed(stated)


@pytest.mark.parametrize(
    "stated", ["MIT", "Apache-2.0 OR GPL-2.0", "(MIT OR CC0-1.0)", "BSD-3-Clause AND MIT AND Zlib"]
)
def test_what_may_be_passed_on_is_allowed(stated: str) -> None:
    assert is_allowed(stated)


def _stated(distribution: importlib.metadata.Distribution) -> list[str]:
    """The licence as the package states it: the expression, else its classifiers, else the free field."""
    about = distribution.metadata
    if expression := about.get_all("License-Expression"):
        return expression
    prefix = "License :: OSI Approved :: "
    classified = [
        line.removeprefix(prefix) for line in about.get_all("Classifier") or () if line.startswith(prefix)
    ]
    if classified:
        return [re.sub(r"^(MIT|BSD) License$", r"\1", name) for name in classified]
    return [
        "".join(about.get_all("License") or ())
        .partition("\n")[0]
        .partition(" (")[0]
        .replace("-derived", "")
        .strip()
    ]


def _locked() -> set[str]:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    return {
        re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)", text, re.MULTILINE)
    }


def test_every_installed_package_may_be_passed_on() -> None:
    refused, seen = {}, set()
    for distribution in importlib.metadata.distributions():
        name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        if name not in _locked():
            continue  # pip and the like, which came with the environment
        seen.add(name)
        if name not in REASONS and not all(is_allowed(stated) for stated in _stated(distribution)):
            refused[name] = _stated(distribution)
    assert refused == {}
    assert len(seen) > 0.9 * len(_locked())


def test_every_package_of_the_browser_application_may_be_passed_on() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path.rpartition("node_modules/")[2]: row for path, row in lock["packages"].items() if path}
    assert packages
    refused = {
        name: row.get("license")
        for name, row in packages.items()
        if name not in REASONS and not is_allowed(row.get("license") or "")
    }
    assert refused == {}
