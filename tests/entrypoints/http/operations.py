"""The operations of the API, by the names of their handlers."""

from typing import Final

OPERATIONS: Final = {
    "predict": ("POST", "/predictions"),
    "predict_batch": ("POST", "/predictions/batch"),
    "list_predictions": ("GET", "/predictions"),
    "get_prediction": ("GET", "/predictions/{id}"),
    "erase_prediction": ("DELETE", "/predictions/{id}"),
    "record_outcome": ("PUT", "/predictions/{id}/outcome"),
    "list_outcome_changes": ("GET", "/predictions/{id}/outcome/changes"),
    "explain": ("POST", "/explanations"),
    "explore": ("POST", "/scenarios"),
    "compare_plans": ("POST", "/plans/comparison"),
    "quote_group": ("POST", "/groups/quote"),
    "get_schema": ("GET", "/schema"),
    "list_models": ("GET", "/models"),
    "get_champion": ("GET", "/models/champion"),
    "score_file": ("POST", "/jobs"),
    "list_jobs": ("GET", "/jobs"),
    "get_job": ("GET", "/jobs/{id}"),
    "get_job_result": ("GET", "/jobs/{id}/result"),
    "cancel_job": ("DELETE", "/jobs/{id}"),
    "promote": ("POST", "/models/{version}/promotion"),
    "roll_back": ("POST", "/models/rollback"),
    "live": ("GET", "/health/live"),
    "serving": ("GET", "/health/serving"),
    "ready": ("GET", "/health/ready"),
    "metrics": ("GET", "/metrics"),
}
