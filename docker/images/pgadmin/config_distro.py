"""What pgAdmin's image would write itself: where things are in it."""

CA_FILE = "/etc/ssl/certs/ca-certificates.crt"
LOG_FILE = "/dev/null"
HELP_PATH = "../../docs"
DEFAULT_BINARY_PATHS = {"pg": "/usr/local/pgsql-18", "pg-18": "/usr/local/pgsql-18"}
