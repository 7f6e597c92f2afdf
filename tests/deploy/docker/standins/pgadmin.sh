#!/bin/sh
# As far as our files rely on it, what the entrypoint of pgAdmin's official image does.
set -eu

export CONFIG_DISTRO_FILE_PATH="$PGADMIN_CUSTOM_CONFIG_DISTRO_FILE"
if [ ! -e /var/lib/pgadmin/pgadmin4.db ]; then
  PGADMIN_SETUP_EMAIL=$PGADMIN_DEFAULT_EMAIL PGADMIN_SETUP_PASSWORD=$(cat "$PGADMIN_DEFAULT_PASSWORD_FILE")
  export PGADMIN_SETUP_EMAIL PGADMIN_SETUP_PASSWORD
  /venv/bin/python3 /pgadmin4/setup.py setup-db
  /venv/bin/python3 /pgadmin4/setup.py load-servers "$PGADMIN_SERVER_JSON_FILE" --user "$PGADMIN_DEFAULT_EMAIL"
fi
exec /venv/bin/gunicorn --bind "[::]:$PGADMIN_LISTEN_PORT" --workers 1 --threads 25 --chdir /pgadmin4 pgAdmin4:app
