"""Models: compared, tuned, registered, judged, promoted, rolled back."""
