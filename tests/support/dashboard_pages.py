"""The pages of the dashboard, for the tests that open each of them: roles and accessibility."""

FOR_EVERYBODY = ["/", "/plans", "/what-if", "/batch", "/history"]
FOR_ADMINS = ["/models", "/operations"]
VERSIONS = [f"/models/{name}" for name in ("fit", "rows", "facts", "runs", "data")]
"""What admins see below Models: two versions side by side."""
