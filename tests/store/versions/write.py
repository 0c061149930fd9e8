"""Writes the database and the spill of the newest version of the schema, once: python tests/store/versions/write.py."""

import contextlib
import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pixelwitness.live.saving.spill import Spill, spill_file
from pixelwitness.scan.analysis import analyse_input, load_scan_setup
from pixelwitness.sources.files.inputs import find_inputs
from pixelwitness.store import schema
from pixelwitness.store.key import fingerprint

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
KEY = b"pixelwitness: the key of a test."
MITMDUMP = Path(sys.executable).with_name("mitmdump")


def write_database(folder: Path) -> Path:
    """Scan two recordings and watch the flows of one, all named relative to the folder."""
    database = folder / "pixelwitness.sqlite"
    scan = [sys.executable, "-m", "pixelwitness", "scan", "recordings"]
    subprocess.run(scan, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    replay = f"--set confdir={folder / 'conf'} -n -q -r recordings/ways.mitm --set pixelwitness_db={database.name}"
    subprocess.run([MITMDUMP, *replay.split(), "-s", ROOT / "addon" / "addon.py"], cwd=folder, check=True)
    return database


def write_spill(folder: Path) -> Path:
    # Named relative to the folder: the recording's row holds the name.
    with contextlib.chdir(folder):
        [flows] = find_inputs(["recordings/ways.mitm"])
        analysis = analyse_input(flows, load_scan_setup((), KEY, None, keep_values=False))
        # As live: the recording before its rows, which refer to it.
        batches = [(analysis.recording,) if analysis.recording else (), *map(tuple, analysis.batches)]
    spill = Spill(folder / "left.sqlite", fingerprint(KEY))
    spill.append(batches)
    spill.close()
    return spill_file(folder / "left.sqlite")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "recordings").mkdir()
        shutil.copy(ROOT / "addon" / "pixelwitness" / "recordings" / "story.har", folder / "recordings")
        shutil.copy(ROOT / "tests" / "sites" / "recordings" / "ways.mitm", folder / "recordings")
        (folder / "pixelwitness.key").write_bytes(KEY)
        (folder / "pixelwitness.key").chmod(0o600)
        database = write_database(folder)
        for made, kind in ((database, "sqlite"), (write_spill(folder), "spill")):
            target = HERE / f"{schema.VERSION}.{kind}.gz"
            with target.open("xb") as file:
                file.write(gzip.compress(made.read_bytes(), mtime=0))
            print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
