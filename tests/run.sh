#!/usr/bin/env bash
# Builds everything and runs all tests; says what it ran and what it left out, and closes with "N passed, N failed, N skipped".
#   tests/run.sh            all tests
#   tests/run.sh --smoke    the demo and the fast tests, for the moment before a commit
#   TSM_ORLEANS=1 tests/run.sh        a build with Orleans, and the tests on it; TSM_ORLEANS_SCRIPTS names the folder of its PostgreSQL scripts
#   TSM_WORLDS=100000 tests/run.sh    more generated worlds than the suite's own
#   TSM_FUZZ=10000000 tests/run.sh    more hostile inputs for every parser than the suite's own
#   TSM_PEER_PYSIM, TSM_PEER_GSM0348, TSM_PEER_ONOMONDO    where foreign programs are; see tests/README.md
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true

command -v dotnet >/dev/null || { echo "The .NET SDK 10 is needed: https://dot.net"; exit 1; }

smoke=false
[ "${1:-}" = "--smoke" ] && smoke=true

[ -d ../shared/caps/etsi ] || echo "Left out: real CAP files of ETSI TS 102 268 are not at ../shared/caps/etsi; the tests that use them are skipped."

# The tests start a private PostgreSQL of their own; only its programs have to be there, and no cluster of the package.
have_postgres() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
if ! have_postgres && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "== install PostgreSQL (Debian package postgresql)"
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql; } >/dev/null 2>&1 || true
fi
have_postgres || echo "Left out: the tests on PostgreSQL; its server programs are not here (Debian: apt-get install postgresql)."

# What we put on the wire, in the eyes of a dissector that others wrote.
if ! command -v tshark >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "== install tshark (Debian package tshark)"
  { DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends tshark \
    || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends tshark; }; } >/dev/null 2>&1 || true
fi
command -v tshark >/dev/null || echo "Left out: the dissection of our messages; tshark is not here (Debian: apt-get install tshark)."

for peer in TSM_PEER_PYSIM TSM_PEER_GSM0348 TSM_PEER_ONOMONDO; do
  [ -n "${!peer:-}" ] || echo "Left out: a foreign program; $peer does not say where it is (tests/README.md, Foreign programs)."
done

build=()
if [ -n "${TSM_ORLEANS:-}" ]; then
  build+=(-p:EnableOrleans=true)
  [ -d "${TSM_ORLEANS_SCRIPTS:-}" ] || echo "Left out: the tests on Orleans' tables; TSM_ORLEANS_SCRIPTS names no folder with its PostgreSQL-*.sql."
else
  echo "Left out: the tests on Orleans; TSM_ORLEANS=1 builds with it and runs them."
fi

echo "== build"
dotnet build Tsm.sln --nologo --verbosity quiet ${build[@]+"${build[@]}"} || { echo "0 passed, 1 failed"; exit 1; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0
run() {
  echo "== $1"
  dotnet test "tests/$1" --no-build --nologo --logger "console;verbosity=minimal" "${@:2}" 2>&1 | tee -a "$results/log" || status=1
}

if $smoke; then
  run Tsm.Tests --filter "FullyQualifiedName!~CardWorlds&FullyQualifiedName!~Process&FullyQualifiedName!~Hosting&FullyQualifiedName!~Postgres"
  run Tsm.SystemTests --filter "FullyQualifiedName~The_demo_proves"
else
  run Tsm.Tests
  [ -z "${TSM_ORLEANS:-}" ] || run Tsm.Orleans.Tests
  run Tsm.SystemTests
fi

# Every run of a test project ends with: Passed!  - Failed: 0, Passed: 12, Skipped: 1, Total: 13, ...
sum() { grep -oE "$1: +[0-9]+" "$results/log" | grep -oE "[0-9]+" | awk '{ n += $1 } END { print n + 0 }'; }
failed=$(sum Failed)
passed=$(sum Passed)
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
[ "$passed" -eq 0 ] && failed=$((failed + 1))
echo "$passed passed, $failed failed, $(sum Skipped) skipped"
[ "$failed" -eq 0 ]
