"""The errors of the domain.

Adapters translate the failures of their technology into these; entrypoints translate these into a status, an exit code
or a sentence. All other exceptions are mistakes in the code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.redaction import without_passwords

if TYPE_CHECKING:
    from collections.abc import Sequence


class MedcostError(Exception):
    """The base of all errors that Medcost itself reports. The text can be shown to users, and holds no password."""

    def __str__(self) -> str:
        return without_passwords(super().__str__())


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule of one field.

    ``code`` is stable and for programs: ``missing``, ``unknown``, ``type``, ``range`` or ``choice``.
    """

    field: str
    code: str
    detail: str


class InvalidInput(MedcostError):
    """The input breaks rules. ``errors`` names all of them, not only the first."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.detail}" for error in errors))
        self.errors = tuple(errors)


class InvalidBeneficiary(InvalidInput):
    """The facts do not describe a person whose cost can be predicted."""


class InvalidPlan(InvalidInput):
    """The input is not a valid insurance plan."""


class Flaw(StrEnum):
    """Reason why a file of people cannot be read."""

    EMPTY = "empty"
    KIND = "kind"
    ENCODING = "encoding"
    BROKEN = "broken"
    LARGE = "large"


class UnreadableFile(MedcostError):
    """A file of people cannot be read. ``detail`` says more than the ``flaw``, such as the line."""

    def __init__(self, flaw: Flaw, detail: str) -> None:
        super().__init__(detail)
        self.flaw, self.detail = flaw, detail


class ClaimsRejected(MedcostError):
    """A data set cannot be trained on. The text names the file, the row, the column and the rule."""


class NotFound(MedcostError):
    """The requested thing does not exist."""


class PredictionNotFound(NotFound):
    """There is no such prediction, or it was erased."""


class VersionNotFound(NotFound):
    """There is no such model version."""


class NoChampion(NotFound):
    """No model has been promoted yet."""

    def __init__(
        self,
        message: str = "there is no champion yet: run `medcost train stage=all`, or see in `medcost models list` which "
        "versions were not promoted",
    ) -> None:
        super().__init__(message)


class NoComparison(NotFound):
    """No finished comparison of model families is in the tracking store."""


class ReportUnavailable(NotFound):
    """There are no figures to report on. The text says how to get them."""


class JobNotFound(NotFound):
    """There is no such job."""

    def __init__(self, id: object) -> None:
        super().__init__(f"there is no job {id}")


class JobFilesGone(NotFound):
    """A job has no file of answers: it has not ended yet, has failed, or its files were erased."""

    def __init__(self, message: str = "there is no file of answers: it was erased, or is not written yet") -> None:
        super().__init__(message)


class WebhookNotFound(NotFound):
    """There is no such webhook."""

    def __init__(self, id: object) -> None:
        super().__init__(f"there is no webhook {id}")


class DeliveryNotFound(NotFound):
    """There is no such delivery of a webhook."""

    def __init__(self, id: object) -> None:
        super().__init__(f"there is no delivery {id} of this webhook: it may be older than the log goes back")


class KeyNotFound(NotFound):
    """There is no such API key."""


class NoPassword(NotFound):
    """No password was set for the admin yet, so nobody can sign in."""


class WrongPassword(MedcostError):
    """A wrong password for the admin."""


class SignInLocked(MedcostError):
    """Too many wrong passwords were given. The next one is checked in ``wait`` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many wrong passwords: try again in {math.ceil(wait)} seconds")
        self.wait = wait


class SignInRefused(MedcostError):
    """An identity provider did not sign the person in, or its answer is invalid. The text says why."""


class NotAllowed(MedcostError):
    """The caller's role does not allow this."""


class NotSignedIn(MedcostError):
    """There is no such session, or it has ended."""


class Conflict(MedcostError):
    """The request contradicts the present state."""


class PasswordAlreadySet(Conflict):
    """A first password cannot be set, because there is a password already."""


class IdempotencyKeyReused(Conflict):
    """The same idempotency key came with another body."""


class IdempotencyKeyInUse(Conflict):
    """The first request under this idempotency key is still under way."""


class JobUnderWay(Conflict):
    """Another job in the same slot, which allows one job at a time, has not ended yet."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"another change of the {slot} is under way: wait until it has ended, and ask again")


class TooManyJobs(Conflict):
    """The caller has the most jobs under way that are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} of your files are being worked on: wait until one has ended, or cancel one")


class JobCannotStop(Conflict):
    """A job of this kind cannot be cancelled."""

    def __init__(self) -> None:
        super().__init__("a change of the champion is not cancelled, and has no files: wait until it has ended")


class TooManyWebhooks(Conflict):
    """The owner has the most webhooks that are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"you have {most} webhooks, which is the most: delete one before you make another")


class PromotionRefused(Conflict):
    """The gate does not let this version become champion. The text gives the reasons."""


class ModelReplaced(Conflict):
    """A question about a recorded prediction needs the model that made it, which no longer serves."""


class LedgerBroken(Conflict):
    """The ledger was tampered with: its hash chain or its head does not match."""


class HomeInUse(Conflict):
    """Another process does the same work with this home."""


class HomeUnwritable(MedcostError):
    """The home cannot be written: its disk is full or read-only, or its files are another user's."""


class BackupRefused(MedcostError):
    """A backup cannot be made, is damaged, or cannot be restored to its place."""


class Unavailable(MedcostError):
    """A part is unavailable for now. A repetition after ``retry_after`` seconds may succeed."""

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PredictorUnavailable(Unavailable):
    """No answer from the model within the deadline."""


class RepositoryUnavailable(Unavailable):
    """The database did not answer within the deadline."""


class IdentityProviderUnavailable(Unavailable):
    """The identity provider did not answer within the deadline."""


class NoRoom(Unavailable):
    """Nothing more can be recorded: a disk is full or cannot be written."""


class RegistryUnavailable(Unavailable):
    """The tracking store or the model registry did not answer."""


class ExecutorUnavailable(Unavailable):
    """An executor has no worker, or has lost all of them."""


class ModelRefused(MedcostError):
    """A model folder does not match its digest, or holds what may not be loaded."""


class TrialPruned(MedcostError):
    """A trial is ended early, because its losses so far are too high; raised by the tuner out of ``report``."""


class ConfigurationError(MedcostError):
    """A setting or an override is unknown or of the wrong type. The text names it."""
