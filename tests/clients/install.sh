#!/bin/sh
# Installs the desktop clients that `make test-clients` reads with, where it may, and names each one that is missing.
# MUSTER_REQUIRE_CLIENTS=1 makes a missing one an error.
set -u

# A line each: what it is called, the packages that bring it, the command that succeeds where it is.
CLIENTS="Chromium:chromium:command -v chromium
R:r-base-core r-cran-jsonlite:Rscript --vanilla -e library(jsonlite)
LibreOffice Calc:libreoffice-calc-nogui:command -v soffice"

absent() { # the field $1 (1 = names, 2 = packages) of each client that is not there
  echo "$CLIENTS" | while IFS=: read -r name packages shows; do
    $shows > /dev/null 2>&1 < /dev/null && continue
    if [ "$1" = 1 ]; then echo "$name"; else echo "$packages"; fi
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

packages=$(absent 2 | tr '\n' ' ')
if [ -n "$packages" ]; then
  if command -v apt-get > /dev/null 2>&1 && as_root true 2> /dev/null; then
    echo "Installing: $packages"
    as_root timeout 300 apt-get update -qq || true
    # One by one, so that what cannot be had does not keep back the rest.
    absent 2 | while IFS= read -r wanted; do
      # shellcheck disable=SC2086  # several packages in one word are meant
      as_root timeout 900 env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $wanted \
        > /dev/null < /dev/null ||
        echo "Could not install: $wanted"
    done
  else
    echo "Not installing (apt-get, as root or by sudo, is not to be had here): $packages"
  fi
fi

missing=$(absent 1 | paste -sd, - | sed 's/,/, /g')
if [ -n "$missing" ]; then
  echo "Missing clients, whose tests are left out: $missing"
  [ "${MUSTER_REQUIRE_CLIENTS:-}" != 1 ] || exit 1
else
  echo "All desktop clients are there: $(echo "$CLIENTS" | cut -d: -f1 | paste -sd, - | sed 's/,/, /g')"
fi
