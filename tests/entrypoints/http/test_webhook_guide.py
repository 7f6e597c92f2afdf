"""What docs/api.md tells those who receive webhooks to write works."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type": "job.done", "timestamp": "2026-11-30T12:00:00+00:00", "data": {"id": "7"}}'


def signed(id: str, at: datetime) -> dict[str, str]:
    signature = Webhook(SECRET).sign(id, at, BODY)
    return {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def test_the_receiver_of_the_guide_takes_an_event_once_and_refuses_forgeries(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # the guide's own code
    receive, now = names["receive"], datetime.now(UTC)
    assert [receive(SECRET, signed("1", now), BODY.encode()) for _ in range(2)] == [204, 204]
    assert capsys.readouterr().out == "job.done {'id': '7'}\n"
    assert receive(SECRET, signed("2", now), BODY.replace("7", "8").encode()) == 401
    assert receive(SECRET, signed("3", now - timedelta(minutes=6)), BODY.encode()) == 401
    assert receive(SECRET, {}, BODY.encode()) == 401
