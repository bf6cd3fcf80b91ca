"""Set up and run: standard library only.

    python run.py [--no-explorer]   set up, harmonize SOC 2, HIPAA and GDPR for the bundled AI platform,
                                   write out/control-matrix.xlsx, explore
    python run.py test [ARGS...]    set up with the test tools, then run the whole test suite

The environment lives in .venv; it is made once and again when the requirements change.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST:
        print(f"The harmonizer needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
        return 2
    testing = arguments[:1] == ["test"]
    try:
        python = set_up(testing)
    except subprocess.CalledProcessError as error:
        print(f"Setting up failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 3
    if testing:
        return check(python, arguments[1:])
    return run([python, "-m", "harmonizer.cli", "harmonize", *arguments])


def set_up(testing: bool) -> Path:
    """The environment's Python, with everything installed that is needed."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = digest()
    stamps = (
        [ENVIRONMENT / "installed-test"] if testing else [ENVIRONMENT / "installed", ENVIRONMENT / "installed-test"]
    )
    if python.exists() and any(stamp.exists() and stamp.read_text() == wanted for stamp in stamps):
        return python
    if not python.exists():
        print("Making an environment in .venv ...", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing (a minute or two the first time) ...", file=sys.stderr)
    what = ".[test]" if testing else "."
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", "constraints.txt"]
    subprocess.run([*install, "--editable", what], cwd=ROOT, check=True)
    stamps[0].write_text(wanted)
    return python


def digest() -> str:
    """Changes when what is to be installed changes."""
    files = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + sys.version.encode()).hexdigest()


def check(python: Path, arguments: list[str]) -> int:
    """Lint, types, then tests; all are run, the first failure decides the exit code."""
    codes = []
    if not arguments:
        codes.append(run([python, "-m", "ruff", "check", "."]))
        codes.append(run([python, "-m", "ruff", "format", "--check", "."]))
        codes.append(run([python, "-m", "mypy"]))
    codes.append(run([python, "-m", "pytest", *arguments]))
    return next((code for code in codes if code), 0)


def run(command: list[object]) -> int:
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
