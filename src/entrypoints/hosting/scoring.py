"""The child process that scores a file for the web process: ``python -m entrypoints.hosting.scoring``."""

from __future__ import annotations

from entrypoints.composition.job_files import serve_scoring

if __name__ == "__main__":
    serve_scoring()
