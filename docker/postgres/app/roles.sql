-- Users and databases of the application's server, by psql as its superuser. Runs when the server is made
-- (/docker-entrypoint-initdb.d/) and may run again. Rights on tables are in grants.sql, which follows each migration.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['migrator', 'api', 'dashboard', 'trainer', 'optuna', 'model', 'pgadmin']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- no password: the certificate is the only way in
SELECT format(
    'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL CONNECTION LIMIT %s',
    name, most)
FROM (VALUES ('migrator', 5), ('api', 150), ('dashboard', 60), ('trainer', 20), ('optuna', 40), ('model', 60),
    ('pgadmin', 10))
    AS roles (name, most) \gexec

ALTER ROLE pgadmin SET default_transaction_read_only = on;
ALTER ROLE pgadmin SET statement_timeout = '60s';
ALTER ROLE migrator SET lock_timeout = '10s';  -- a migration that waits makes everybody behind it wait

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('medcost', 'migrator'), ('optuna', 'optuna')) AS databases (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

REVOKE ALL ON DATABASE medcost, optuna, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE medcost TO api, dashboard, trainer, model, pgadmin;
GRANT CONNECT ON DATABASE optuna TO pgadmin;

\connect medcost
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

\connect optuna
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Optuna makes its tables itself
ALTER DEFAULT PRIVILEGES FOR ROLE optuna IN SCHEMA public GRANT SELECT ON TABLES TO pgadmin;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgadmin;
