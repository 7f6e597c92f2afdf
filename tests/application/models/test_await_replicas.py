"""Waiting for the replicas of the model server."""

import pytest

from adapters.memory.model_servers import MemoryModelServers
from application.models.await_replicas import AwaitReplicas
from domain.costs.prediction import ModelReference
from domain.errors import Unavailable
from domain.models.replica import Replica

NEW = ModelReference(2, "b" * 64)


def replica(version: int | None, *, at: str = "http://10.0.0.1:3000", trouble: str = "") -> Replica:
    return Replica(at, version, {None: "", 1: "a" * 64, 2: "b" * 64}[version], trouble)


async def test_it_ends_when_every_replica_serves_the_model():
    slow = [replica(2), replica(1, at="http://10.0.0.2:3000")]
    both = [replica(2), replica(2, at="http://10.0.0.2:3000")]
    assert await AwaitReplicas(servers=MemoryModelServers([slow, both]))(NEW) == both


async def test_replicas_that_are_behind_are_named_with_their_trouble():
    behind = [replica(1, trouble="its digest differs"), replica(None, at="http://10.0.0.2:3000"), replica(2)]
    with pytest.raises(Unavailable) as late:
        await AwaitReplicas(servers=MemoryModelServers([behind]))(NEW, within=0)
    assert "http://10.0.0.1:3000 answers by version 1 (its digest differs); " in str(late.value)
    assert "http://10.0.0.2:3000 answers by no model." in str(late.value)
    assert "version 2 is champion, but not everywhere within 0 s" in str(late.value)


async def test_where_no_replica_answers_the_wait_ends_with_that():
    with pytest.raises(Unavailable, match="no model server answers"):
        await AwaitReplicas(servers=MemoryModelServers())(NEW, within=0)
