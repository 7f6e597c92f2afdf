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
        with log.open("wb") as said:
            command = [DVC / "moto_server", "--host", "127.0.0.1", "--port", "0"]
            self._process = subprocess.Popen(command, stdout=said, stderr=said)
        self.address = until(self._listening, within=60, said=lambda: self.said)

    def _listening(self) -> str | None:
        assert self._process.poll() is None, self.said
        found = re.search(r"Running on (http://127\.0\.0\.1:\d+)\n", self.said)
        return found and found[1]

    @property
    def said(self) -> str:
        """Its log, a line a request."""
        return self._log.read_text()

    @property
    def environment(self) -> dict[str, str]:
        here = {"AWS_ENDPOINT_URL": self.address, "AWS_REGION": "us-east-1"}
        known = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "tester"}
        # of whoever runs the tests, nothing is used; botocore wants a file, which /dev/null is not
        none = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), str(self._nothing))
        return {**here, **known, **none, "AWS_EC2_METADATA_DISABLED": "true"}

    def bucket(self, name: str) -> fs.FileSystem:
        """Make a bucket, and give Arrow's file system to look into it."""
        from pyarrow import fs

        known = {"access_key": "tester", "secret_key": "tester"}
        files = fs.S3FileSystem(**known, endpoint_override=self.address, allow_bucket_creation=True)
        files.create_dir(name)
        return files

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
