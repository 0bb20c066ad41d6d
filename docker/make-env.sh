#!/bin/sh
# Writes docker/.env with new secrets for compose.yaml, readable by its owner only. What is there is never overwritten:
# without its vault key a database is lost.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
  echo "docker/.env is there already and stays as it is." >&2
  exit 1
fi

random() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }
umask 077
cat > .env <<ENV
# Secrets of compose.yaml. Keep a copy of TSM_VAULT_KEY apart from backups of the database.
TSM_VAULT_KEY=$(random 32)
TSM_POSTGRES_PASSWORD=$(random 24)
# SMPP passwords have eight characters at most.
TSM_SIMULATOR_PASSWORD=$(random 4)
ENV
echo "docker/.env is written. Keep a copy of TSM_VAULT_KEY apart from backups of the database."
