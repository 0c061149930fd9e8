import configparser
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
SOURCES = ("addon", "rules", "pyproject.toml", "README.md", "LICENSE")
NOT_PLAIN = ("pixelwitness", "__editable__", "mitmproxy")
"""What a plain install of the wheel elsewhere has not got from here: this project itself, and the live extra."""


def copied(folder: Path) -> Path:
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def built(tree: Path, kind: str) -> Path:
    """Ask setuptools as an installer would, with every warning of it an error; it needs no network."""
    out = tree / kind
    # An editable install is announced by a "warning" which only informs.
    warnings = [] if kind == "editable" else ["-W", "error::UserWarning"]
    code = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(out)!r}))"
    done = subprocess.run([sys.executable, *warnings, "-c", code], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(copied(tmp_path_factory.mktemp("wheel")), "wheel")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed libraries without this project and without mitmproxy."""
    folder = tmp_path_factory.mktemp("libraries")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(NOT_PLAIN):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = copied(tmp_path_factory.mktemp("editable-tree"))
    folder = tmp_path_factory.mktemp("editable")
    with zipfile.ZipFile(built(tree, "editable")) as archive:
        archive.extractall(folder)
    return folder


def run(place: Path, libraries: Path, code: str, cwd: Path) -> str:
    """Run code with the libraries and one install of this project, nothing else of this environment."""
    # -S leaves the environment's own site folder out; the libraries come back without their .pth files.
    start = f"import site, sys; sys.path.append({str(libraries)!r}); site.addsitedir({str(place)!r}); "
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", start + code], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def cli(*arguments: str) -> str:
    return f"sys.argv[1:] = {list(arguments)!r}; import runpy; runpy.run_module('pixelwitness', run_name='__main__')"


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def shipped() -> set[str]:
    """What must be in the wheel: the package and the rules, whole."""
    package = {f"pixelwitness/{name}" for name in files(ROOT / "addon" / "pixelwitness")}
    return package | {f"pixelwitness/rules/{name}" for name in files(ROOT / "rules")}


def content(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_ships_the_package_and_the_rules_whole_and_nothing_else(wheel: Path) -> None:
    assert content(wheel) == shipped()


def test_the_wheel_ships_what_is_read_at_run_time(wheel: Path) -> None:
    data = {Path(name).suffix for name in content(wheel)}

    assert data == {".py", ".yaml", ".json", ".har", ".typed", ".css", ".html"}
    assert "pixelwitness/py.typed" in content(wheel)


def test_a_source_distribution_makes_the_same_wheel(tmp_path: Path) -> None:
    archive = built(copied(tmp_path), "sdist")
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    (tree,) = (tmp_path / "unpacked").iterdir()

    assert content(built(tree, "wheel")) == shipped()


def test_only_the_live_extra_asks_for_mitmproxy(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())

    asked = [line for line in metadata.get_all("Requires-Dist", []) if line.startswith("mitmproxy")]
    assert asked == ['mitmproxy<13,>=12.2.2; extra == "live"']
    assert metadata["Requires-Python"] == ">=3.12"
    assert metadata["License-Expression"] == "MIT"


def test_the_wheel_tells_pytest_of_the_plug_in(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        told = configparser.ConfigParser()
        told.read_string(archive.read(name).decode())

    assert dict(told["pytest11"]) == {"pixelwitness": "pixelwitness.pytest_plugin"}
    assert "pixelwitness/pytest_plugin.py" in content(wheel)


@pytest.mark.parametrize("place", ["installed", "editable"])
def test_an_install_without_mitmproxy_finds_rules_and_recordings(
    place: str, libraries: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    install: Path = request.getfixturevalue(place)
    names = {path.stem for path in (ROOT / "rules" / "detect").glob("*.yaml")}

    where = run(install, libraries, "import pixelwitness; print(pixelwitness.__file__)", tmp_path)
    listed = run(install, libraries, cli("rules", "list"), tmp_path)
    told = run(install, libraries, cli("demo"), tmp_path)

    assert not Path(where.strip()).is_relative_to(ROOT)
    assert {word for word in listed.split() if word in names} == names
    assert "shop.example" in told
    with pytest.raises(AssertionError, match="No module named 'mitmproxy'"):
        run(install, libraries, "import mitmproxy", tmp_path)
