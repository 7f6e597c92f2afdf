"""pgAdmin behind Traefik: one proxy in front, which ends TLS; no password of a database is asked for or kept."""

SERVER_MODE = True
# one proxy, whose X-Forwarded-* count; Traefik has thrown away what came along from outside
PROXY_X_FOR_COUNT = 1
PROXY_X_PROTO_COUNT = 1
PROXY_X_HOST_COUNT = 1
PROXY_X_PORT_COUNT = 1
PROXY_X_PREFIX_COUNT = 0
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRATION_TIME = 1
MAX_LOGIN_ATTEMPTS = 5
# certificates are the way in
ALLOW_SAVE_PASSWORD = False
ALLOW_SAVE_TUNNEL_PASSWORD = False
MASTER_PASSWORD_REQUIRED = False
# it looks, and starts no programs on the server: the database user may only read anyhow
ENABLE_PSQL = False
ENABLE_BINARY_PATH_BROWSING = False
# nobody outside is asked or told anything
UPGRADE_CHECK_ENABLED = False
ALLOW_SPECIAL_EMAIL_DOMAINS = ["local"]
CHECK_EMAIL_DELIVERABILITY = False
CONSOLE_LOG_LEVEL = 30
