from __future__ import annotations

import pytest

from domain.access.keys import Role
from domain.access.users import RoleRules, User
from domain.errors import NotAllowed, SignInRefused


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"roles": ["reviewer", "admin"]}, Role.ADMIN),
        ({"roles": "reviewer"}, Role.REVIEWER),
        ({"roles": ["cook"]}, Role.CLIENT),
        ({"roles": {"admin": True}}, Role.CLIENT),
        ({"roles": [["admin"], 1, None]}, Role.CLIENT),
        ({}, Role.CLIENT),
    ],
)
def test_claims_give_the_highest_role_that_they_hold(claims: dict[str, object], role: Role) -> None:
    assert RoleRules().role(claims) is role


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["actuary"]}}),
        ("https://example.org/roles", {"https://example.org/roles": ["actuary"]}),
    ],
)
def test_a_claim_is_found_by_its_name_or_its_path(claim: str, claims: dict[str, object]) -> None:
    rules = RoleRules(claim=claim, reviewers=["actuary"])
    assert rules.role(claims) is Role.REVIEWER
    assert rules.role({"realm_access": "roles"}) is Role.CLIENT


def test_where_clients_are_named_nobody_else_is_let_in() -> None:
    rules = RoleRules(clients=["staff"])
    assert rules.role({"roles": ["staff"]}) is Role.CLIENT
    assert rules.role({"roles": ["admin"]}) is Role.ADMIN
    with pytest.raises(NotAllowed, match="staff"):
        rules.role({"roles": ["guest"]})


def test_a_person_is_named_by_issuer_and_subject_whatever_their_name() -> None:
    first = User.of_claims({"iss": "https://one.example", "sub": "7", "name": "Ada"}, Role.CLIENT)
    renamed = User.of_claims({"iss": "https://one.example", "sub": "7", "email": "a@example.org"}, Role.ADMIN)
    other = User.of_claims({"iss": "https://two.example", "sub": "7", "name": "Ada"}, Role.CLIENT)
    assert first.owner == renamed.owner != other.owner
    assert (first.name, renamed.name) == ("Ada", "a@example.org")


def test_a_name_is_short_and_falls_back_to_the_subject() -> None:
    assert User.of_claims({"iss": "i", "sub": "7", "name": " "}, Role.CLIENT).name == "7"
    assert len(User.of_claims({"iss": "i", "sub": "7", "name": "a" * 1000}, Role.CLIENT).name) == 100


@pytest.mark.parametrize("claims", [{"sub": "7"}, {"iss": "i"}, {"iss": "i", "sub": ""}, {"iss": 1, "sub": 2}])
def test_claims_that_name_nobody_are_refused(claims: dict[str, object]) -> None:
    with pytest.raises(SignInRefused, match="iss"):
        User.of_claims(claims, Role.CLIENT)
