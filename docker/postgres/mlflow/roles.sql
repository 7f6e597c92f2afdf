-- The user and the database of MLflow's server, by psql as its superuser. Runs when the server is made
-- (/docker-entrypoint-initdb.d/) and may run again.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['mlflow', 'pgadmin']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format(
    'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL CONNECTION LIMIT %s',
    name, most)
FROM (VALUES ('mlflow', 100), ('pgadmin', 10)) AS roles (name, most) \gexec
ALTER ROLE pgadmin SET default_transaction_read_only = on;
ALTER ROLE pgadmin SET statement_timeout = '60s';

SELECT 'CREATE DATABASE mlflow OWNER mlflow'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mlflow') \gexec
REVOKE ALL ON DATABASE mlflow, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE mlflow TO pgadmin;

\connect mlflow
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- MLflow makes its tables itself
ALTER DEFAULT PRIVILEGES FOR ROLE mlflow IN SCHEMA public GRANT SELECT ON TABLES TO pgadmin;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgadmin;
