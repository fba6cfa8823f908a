#!/bin/sh
# Installs the desktop clients that `make test-clients` reads with, where it may, and names each one that is missing.
# MUSTER_REQUIRE_CLIENTS=1 makes a missing one an error.
set -u

# A line each: the command that shows it is there, what it is called, the packages that bring it.
CLIENTS="chromium:Chromium:chromium
Rscript:R:r-base-core r-cran-jsonlite
soffice:LibreOffice Calc:libreoffice-calc-nogui"

absent() { # the field $1 (2 = names, 3 = packages) of each client whose command is not there
  echo "$CLIENTS" | while IFS= read -r line; do
    command -v "${line%%:*}" > /dev/null 2>&1 || echo "$line" | cut -d: -f"$1"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

packages=$(absent 3 | tr '\n' ' ')
if [ -n "$packages" ]; then
  if command -v apt-get > /dev/null 2>&1 && as_root true 2> /dev/null; then
    echo "Installing: $packages"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq || true
    # One by one, so that what cannot be had does not keep back the rest.
    absent 3 | while IFS= read -r wanted; do
      # shellcheck disable=SC2086  # several packages in one word are meant
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $wanted > /dev/null ||
        echo "Could not install: $wanted"
    done
  else
    echo "Not installing (apt-get, as root or by sudo, is not to be had here): $packages"
  fi
fi

missing=$(absent 2 | paste -sd, - | sed 's/,/, /g')
if [ -n "$missing" ]; then
  echo "Missing clients, whose tests are left out: $missing"
  [ "${MUSTER_REQUIRE_CLIENTS:-}" != 1 ] || exit 1
else
  echo "All desktop clients are there: $(echo "$CLIENTS" | cut -d: -f2 | paste -sd, - | sed 's/,/, /g')"
fi
