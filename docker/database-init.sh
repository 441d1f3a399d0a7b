#!/bin/bash
# In: a new database cluster, the program's password as a secret. Out: the user the program connects as, with no right of
# its own: it may take on quakedesk_app, never quakedesk_owner (the journal's tables are not its to change).
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$(cat /run/secrets/database-program-password)" <<'SQL'
CREATE ROLE quakedesk_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE quakedesk_program LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
GRANT quakedesk_app TO quakedesk_program;
SQL
