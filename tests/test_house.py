"""The house itself: what is installed, what is documented, and how large a file may be."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapters import PLATFORMS
from analysis.detectors import DETECTORS
from analysis.providers import PROVIDERS
from analysis.readers import READERS
from bot.actions import ACTIONS
from bot.cli import COMMANDS
from bot.config.tables import Provider, Settings
from bot.queue import QUEUES

ROOT = Path(__file__).parents[1]
PACKAGES = ("analysis", "bot", "adapters")
VENDORED = {"htmx.min.js"}
REGISTRIES = {
    "actions": ACTIONS,
    "detectors": DETECTORS,
    "platforms": PLATFORMS,
    "providers": PROVIDERS,
    "queues": QUEUES,
    "readers": READERS,
}
PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
"""What the Makefile looks for."""


def ours(*endings: str) -> list[Path]:
    """The files of the three packages, by their endings; all when none is given."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.name not in VENDORED
        and (not endings or path.suffix in endings)
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in ours(".py", ".js", ".html", ".css")
    }

    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_registry_entry_has_its_file_and_its_place_in_the_alphabet(registry: str) -> None:
    entries = REGISTRIES[registry]
    modules = [place.partition(":")[0] for place in entries.values()]

    assert list(entries) == sorted(entries)
    assert [name for name in modules if find_spec(name) is None] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names in a wheel built here, without asking anybody for anything."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return frozenset(zipfile.ZipFile(built).namelist())


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages(wheel: frozenset[str]) -> None:
    wanted = {str(path.relative_to(ROOT)) for path in ours()}

    assert wanted - wheel == set()
    for kind in ("presets/standard.toml", "templates/desk.html", "static/bifocal.css"):
        assert any(name.endswith(kind) for name in wheel), kind
    for folder in ("detectors/data/", "migrations/versions/", "playground/examples/"):
        assert any(folder in name for name in wheel), folder


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: frozenset[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not any("tests" in name or "__pycache__" in name for name in wheel)


@pytest.mark.slow
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_locks_resolve_from_wheels_alone(tmp_path: Path, lock: str, version: str) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    done = subprocess.run(  # noqa: S603 - uv of our own development lock
        [
            *(uv, "pip", "install", "--dry-run", "--only-binary", ":all:", "--require-hashes"),
            *("--python-platform", "x86_64-unknown-linux-gnu", "--python-version", version),
            *("--python", sys.executable, "--target", str(tmp_path), "-r", str(ROOT / lock)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "error sending request" in done.stderr and not os.environ.get("CI"):
        pytest.skip("the package index cannot be reached")

    assert done.returncode == 0, done.stderr
    assert "Would install" in done.stderr


def make(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    found = shutil.which("make")
    if found is None:
        pytest.skip("no make here")
    # A make that runs these tests must not hand its own flags on.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environment = {**kept, "PATH": path or os.environ["PATH"]}
    command = [found, "--no-print-directory", *arguments]
    return subprocess.run(  # noqa: S603 - make of this machine
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("target", ["run", "test"])
def test_make_says_plainly_that_python_is_too_old(tmp_path: Path, target: str) -> None:
    for name in PYTHONS:
        old = tmp_path / name
        old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" || exit 1\n')
        old.chmod(0o755)
    done = make(target, f"VENV={tmp_path}/venv", path=f"{tmp_path}:{os.environ['PATH']}")

    assert done.returncode != 0
    assert "Bifocal needs Python 3.11 or newer; found: Python 3.9.2." in done.stderr
    assert "Install one" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(("target", "stamp"), [("run", ".run"), ("test", ".dev")])
def test_make_installs_nothing_twice(tmp_path: Path, target: str, stamp: str) -> None:
    first = make("-n", target, f"VENV={tmp_path}/venv", f"PYTHON={sys.executable}")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    for name in ("bin/python", stamp):
        (tmp_path / "venv" / name).touch()
    again = [make("-n", target, f"VENV={tmp_path}/venv").stdout for _ in range(2)]

    assert "pip" in first.stdout
    assert "--only-binary=:all:" in first.stdout
    assert "pip" not in again[0]
    assert again[0] == again[1]


def test_the_readme_names_both_commands_and_every_subcommand() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert "\nmake run\n" in readme
    assert "\nmake test\n" in readme
    named = [name for names in COMMANDS.values() for name in names]
    assert [name for name in named if f"`bifocal {name}" not in readme] == []


@pytest.mark.parametrize(
    "page",
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    files = [target for target in targets if "://" not in target and not target.startswith("/")]

    assert [target for target in files if not (page.parent / target).exists()] == []


def test_every_setting_says_what_it_is_for() -> None:
    tables = [field.annotation for field in Settings.model_fields.values()]
    models = [t for t in tables if isinstance(t, type) and issubclass(t, BaseModel)] + [Provider]
    written = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    keys = [(key, field) for model in models for key, field in model.model_fields.items()]

    assert len(keys) > 40
    assert [key for key, field in keys if not field.description] == []
    assert [key for key, _ in keys if f"| `{key}` |" not in written] == []


def test_every_dependency_has_its_line_and_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    names = {re.split(r"[\[<>=;!~ ]", entry.lower(), maxsplit=1)[0] for entry in wanted}
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = " ".join(line.lower() for line in page.splitlines() if line.startswith("|"))
    written = set(re.findall(r"[a-z0-9][a-z0-9._-]*", rows))

    assert names - written == set()


def test_every_page_that_anything_names_is_here() -> None:
    here = {page.name.lower() for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]}
    named = {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in (*PACKAGES, "tests", "bench", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".md", ".py", ".toml"}
        for name in re.findall(r"\b[A-Za-z][\w-]*\.md\b", path.read_text("utf-8"))
        if name.lower() not in here
    }

    assert named == set()
