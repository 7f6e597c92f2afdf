"""The port `scoring_files`: files that are scored batch by batch."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from domain.costs.estimate_columns import PublishedColumns
    from domain.costs.scoring import PeopleBatch, ScoringJob, ScoringReport


class ScoringRun(Protocol):
    """A file that is being scored. One thread may read while another writes."""

    report: ScoringReport
    """The report of an interrupted earlier run of the same job; otherwise that of no row."""

    @abstractmethod
    def batches(self) -> Iterator[PeopleBatch]:
        """Yield the rows without stored answers, in the file's order.

        Raises:
            InvalidInput: at the place where the rest of the file cannot be read.
        """

    @abstractmethod
    def write(self, batch: PeopleBatch, answers: PublishedColumns) -> None:
        """Write the good rows of a batch with their answers.

        Raises:
            InvalidInput: if the kind of the file cannot hold them.
        """

    @abstractmethod
    def keep(self, report: ScoringReport) -> None:
        """Store the progress so far, durably where a run can be continued."""


class ScoringFile(Protocol):
    """A file of people, and the place of their answers: a small object that is sent to workers."""

    name: str
    """The name of the file below its folder."""

    @abstractmethod
    def done(self, job: ScoringJob) -> ScoringReport | None:
        """Return the final report of a run of the same job on the whole file; None if there is none."""

    @abstractmethod
    def opened(self, job: ScoringJob) -> AbstractContextManager[ScoringRun]:
        """Open both files. The answers appear in their place when the block ends without an error.

        Raises:
            ConfigurationError: for an unknown kind of file, or if a column that the rules name is missing.
            InvalidInput: if a file cannot be read or written.
            HomeInUse: if another process writes the same answers.
        """


class ScoringFiles(Protocol):
    """Finds files of people to be scored."""

    @abstractmethod
    def file(self, source: str, out: str) -> ScoringFile:
        """Return a single file and the place of its answers, each recognised by its ending."""

    @abstractmethod
    def folder(self, source: str, out: str) -> Sequence[ScoringFile]:
        """Return the files below a folder, by name; their answers get the same names in another folder.

        Raises:
            ConfigurationError: if an address is invalid, or answers would lie among the people.
            InvalidInput: if the folder cannot be read, or there is no file.
        """

    @abstractmethod
    def tidy(self, out: str) -> None:
        """Remove the drafts of killed runs from a folder of answers.

        Raises:
            InvalidInput: if the folder cannot be read.
        """
