"""An S3 for tests."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.waiting import until

if TYPE_CHECKING:
    from pyarrow import fs

DVC = Path(__file__).resolve().parents[2] / ".venv-dvc" / "bin"


class S3Server:
    """An S3 of the tests' own (moto's, from the environment of DVC), and what its users need in their environment."""

    def __init__(self, log: Path) -> None:
        self._log, self._nothing = log, log.with_name("nothing")
        self._nothing.touch()
        with log.open("wb") as log_text:
            command = [DVC / "moto_server", "--host", "127.0.0.1", "--port", "0"]
            self._process = subprocess.Popen(command, stdout=log_text, stderr=log_text)
        self.address = until(self._listening, within=60, describe=lambda: self.log_text)

    def _listening(self) -> str | None:
        assert self._process.poll() is None, self.log_text
        match = re.search(r"Running on (http://127\.0\.0\.1:\d+)\n", self.log_text)
        return match and match[1]

    @property
    def log_text(self) -> str:
        """Its log, a line a request."""
        return self._log.read_text()

    @property
    def environment(self) -> dict[str, str]:
        here = {"AWS_ENDPOINT_URL": self.address, "AWS_REGION": "us-east-1"}
        credentials = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "tester"}
        # of whoever runs the tests, nothing is used; botocore wants a file, which /dev/null is not
        none = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), str(self._nothing))
        return {**here, **credentials, **none, "AWS_EC2_METADATA_DISABLED": "true"}

    def bucket(self, name: str) -> fs.FileSystem:
        """Make a bucket, and give Arrow's file system to look into it."""
        from pyarrow import fs

        credentials = {"access_key": "tester", "secret_key": "tester"}
        files = fs.S3FileSystem(**credentials, endpoint_override=self.address, allow_bucket_creation=True)
        files.create_dir(name)
        return files

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
