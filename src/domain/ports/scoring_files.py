"""The port `scoring_files`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from domain.costs.prediction import PublishedColumns
    from domain.costs.scoring import PeopleBatch, ScoringJob, ScoringReport


class ScoringRun(Protocol):
    """A file that is being scored. One thread may read while another writes."""

    report: ScoringReport
    """What was kept by an earlier run of the same job that was cut short; else that of no row."""

    @abstractmethod
    def batches(self) -> Iterator[PeopleBatch]:
        """Give the rows whose answers were not kept, in the file's order.

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
        """Note what is written so far; where a run can be taken up again, it outlives this process."""


class ScoringFile(Protocol):
    """A file of people, and where their answers go. Small: it travels to whoever works on it."""

    name: str
    """What the file is called, below its folder."""

    @abstractmethod
    def done(self, job: ScoringJob) -> ScoringReport | None:
        """Return the last report of the run that answered the whole file by the same job; None if nobody noted it."""

    @abstractmethod
    def opened(self, job: ScoringJob) -> AbstractContextManager[ScoringRun]:
        """Open both files. The answers appear in their place when the block ends, and not at all if by an error.

        Raises:
            ConfigurationError: for a kind of file that is not known, or if a column of which the rules say something
                is not there.
            InvalidInput: if a file cannot be read or written.
            HomeInUse: if another process writes the same answers.
        """


class ScoringFiles(Protocol):
    """Finds files of people that are to be scored."""

    @abstractmethod
    def file(self, source: str, out: str) -> ScoringFile:
        """Return a single file and the place of its answers, each recognised by its ending."""

    @abstractmethod
    def folder(self, source: str, out: str) -> Sequence[ScoringFile]:
        """Find the files below a folder, in the order of their names; answers go to another folder under their names.

        Raises:
            ConfigurationError: if an address is none, or answers would lie among the people.
            InvalidInput: if the folder cannot be read, or there is no file.
        """

    @abstractmethod
    def tidy(self, out: str) -> None:
        """Remove what runs that were killed left in a folder of answers.

        Raises:
            InvalidInput: if the folder cannot be read.
        """
