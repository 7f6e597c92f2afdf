-- Who may do what with which table, by psql as migrator, who owns them all. Runs after each migration; what stands
-- here is all there is: everything else is taken away first, in the same transaction.
\set ON_ERROR_STOP on
BEGIN;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, api, dashboard, trainer, model, pgadmin;

-- which migrations were made, which releases may serve with them, and which schema people are of
GRANT SELECT ON schema_revision, alembic_version, schemas TO api, dashboard, trainer, pgadmin;

-- answers: recorded, read, given an outcome, erased; never rewritten. The trainer learns nothing of people who asked.
GRANT SELECT, INSERT, DELETE ON predictions TO api, dashboard;
GRANT UPDATE (outcome, outcome_at) ON predictions TO api, dashboard;
GRANT SELECT, INSERT ON erasures, outcome_changes TO api, dashboard;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO api, dashboard;

-- models: the trainer admits versions; admins choose among them, on the pages or through the API.
-- UPDATE on the ledger is only what LOCK TABLE asks for: its trigger refuses every update, and only the owner could
-- take that away.
GRANT SELECT ON model_versions, model_ledger TO api, dashboard, trainer;
GRANT INSERT ON model_versions TO trainer;
GRANT UPDATE (verdict) ON model_versions TO trainer;
GRANT INSERT, UPDATE ON model_ledger TO api, dashboard, trainer;

-- model servers learn which version is to be served, with its digest, and nothing else
GRANT SELECT (number, version, digest) ON model_ledger TO model;

-- webhooks and idempotency keys: the secrets that calls are signed with are nobody else's
GRANT SELECT, INSERT, UPDATE, DELETE ON request_keys, webhooks, webhook_deliveries TO api, dashboard;

-- slow changes: asked for by whoever may, taken and ended by any process that serves
GRANT SELECT, INSERT, UPDATE ON jobs TO api, dashboard;

-- reports of monitoring: figures, no person. `medcost monitor run` reads answers and outcomes, so it runs as dashboard.
GRANT SELECT ON monitoring_reports TO api, dashboard, trainer, pgadmin;
GRANT INSERT ON monitoring_reports TO dashboard;

-- operations over time: figures, events, alarms that somebody has seen; written by each process that serves, read by
-- pages. None of it holds a fact of anybody.
GRANT SELECT, INSERT, UPDATE, DELETE ON traffic_hours, outcome_hours TO api, dashboard;
GRANT SELECT, INSERT, DELETE ON service_events TO api, dashboard;
GRANT SELECT, INSERT, DELETE ON acknowledgements TO dashboard;
GRANT SELECT ON acknowledgements TO api;  -- for the audit trail, and for alarms that webhooks are told

-- who changed what: written and read by each process that serves, forgotten by age; a trigger refuses every update
GRANT SELECT, INSERT, DELETE ON audit_trail TO api, dashboard;
GRANT SELECT ON audit_trail TO pgadmin;
GRANT SELECT ON traffic_hours, outcome_hours, service_events, acknowledgements, key_uses TO pgadmin;

-- who may ask, and who the admin is. Keys are made by migrator (`medcost keys create`).
GRANT SELECT ON api_keys TO api;
GRANT SELECT (id, name, role, created_at, revoked_at, expires_at) ON api_keys TO dashboard;
GRANT SELECT, INSERT, UPDATE ON key_uses TO api;
GRANT SELECT ON key_uses TO dashboard;
GRANT SELECT, INSERT, UPDATE ON admin_password TO dashboard;
GRANT SELECT, INSERT, UPDATE, DELETE ON admin_sessions, user_sessions, sign_in_failures TO dashboard;

-- people with pgAdmin look, and see no secrets, not even hashed ones
GRANT SELECT ON predictions, outcome_changes, erasures, idempotency_keys, model_versions, model_ledger TO pgadmin;
GRANT SELECT (id, name, role, created_at, revoked_at, expires_at) ON api_keys TO pgadmin;
GRANT SELECT (id, owner, url, events, created_at, failing_since, disabled_at) ON webhooks TO pgadmin;
GRANT SELECT ON webhook_deliveries, request_keys TO pgadmin;

COMMIT;
