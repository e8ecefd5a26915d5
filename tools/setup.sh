#!/usr/bin/env bash
# Sets up .venv with every locked package and this checkout; called by make, quick when nothing has changed.
# On a fresh Debian it installs the few system packages that are missing (as root; otherwise it names them).
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/.ready
wanted=$(cat requirements/build.txt requirements/dev.txt pyproject.toml tools/setup.sh | sha256sum | cut -d' ' -f1)
if [ -x .venv/bin/riskscore ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
  exit 0
fi

find_python() {
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

has_library() { ldconfig -p 2>/dev/null | grep "$1" >/dev/null; }

missing=()
python=$(find_python) || missing+=(python3)
if [ -n "$python" ]; then
  "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
fi
if [ "$(uname)" = Linux ]; then
  has_library 'libgomp\.so\.1' || missing+=(libgomp1) # LightGBM's OpenMP runtime; its wheel does not bring it
  # WeasyPrint writes the PDF of a case sheet with these, and with fonts that have the scripts of manifests
  has_library 'libpangoft2-1\.0\.so\.0' || missing+=(libpangoft2-1.0-0)
  has_library 'libharfbuzz-subset\.so\.0' || missing+=(libharfbuzz-subset0)
  compgen -G '/usr/share/fonts/truetype/dejavu/DejaVuSans*' >/dev/null || missing+=(fonts-dejavu-core)
  fc-list :lang=zh 2>/dev/null | grep . >/dev/null || missing+=(fontconfig fonts-wqy-zenhei)
fi
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "error: please install ${missing[*]} first (Python 3.11 or newer), then run make again" >&2
    exit 2
  fi
  echo "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" python3-venv >/dev/null
  python=$(find_python) || { echo "error: Python 3.11 or newer is needed; this system has none" >&2; exit 2; }
fi

echo "setting up .venv (a minute or two, once)"
"$python" -m venv --clear .venv
pip=(.venv/bin/python -m pip --disable-pip-version-check install --quiet)
"${pip[@]}" --require-hashes -r requirements/build.txt
"${pip[@]}" --require-hashes --no-build-isolation -r requirements/dev.txt # source is built with the tools just installed
mkdir -p models/default # packaged with the code; `make model` fills it in a checkout that has none yet
"${pip[@]}" --no-deps --no-build-isolation -e .
echo "$wanted" > "$stamp"
