"""The port `passwords`: the suite that is shipped, over every adapter."""

import pytest

from adapters.argon2.passwords import Argon2Passwords
from adapters.memory.passwords import CheapPasswords
from medcost_testing.passwords import PHRASE, PasswordsContract


class TestPasswords(PasswordsContract):
    @pytest.fixture(params=[CheapPasswords, Argon2Passwords])
    def passwords(self, request):
        return request.param()


async def test_argon2_is_argon2id_with_the_parameters_of_rfc_9106():
    assert (await Argon2Passwords().hash(PHRASE)).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
