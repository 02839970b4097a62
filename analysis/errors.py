"""What can go wrong while analysing.

AnalysisError
├─ ProviderError
│  ├─ ProviderUnavailable   later: timeout, 429, 5xx      -> retried, then Failure
│  ├─ ProviderRejected      never: 4xx, bad key           -> Failure, operator told once
│  ├─ ProviderGarbled       answered, not as documented   -> Failure, the reply's shape logged
│  └─ ProviderOverBudget    not called: the purse is empty -> Failure
├─ UnreadableMedia          broken, hostile, too large    -> Failure
├─ UnsupportedMedia         a kind we do not decode       -> Failure, or a note by configuration
└─ WorkerLost               the sandbox's process died or overran -> Failure
   └─ SandboxBusy           it was not begun: too many jobs wait -> Failure
"""

from analysis.types import Usage


class AnalysisError(Exception):
    """The root: catch this at the seam where a failure becomes a ``Failure``."""


class ProviderError(AnalysisError):
    """A remote detector did not answer as it should.

    ``usage`` is what its calls used all the same: an answer nobody can read is billed too.
    """

    usage: tuple[Usage, ...] = ()

    def __init__(self, message: str, *, provider: str) -> None:
        super().__init__(message)
        self.provider = provider


class ProviderUnavailable(ProviderError):
    """It may answer later. ``retry_after`` is what the vendor asked for, in seconds."""

    def __init__(self, message: str, *, provider: str, retry_after: float | None = None) -> None:
        super().__init__(message, provider=provider)
        self.retry_after = retry_after


class ProviderRejected(ProviderError):
    """It will never answer this: a bad key, a bad request, no permission.

    ``lasting`` says that it will not answer anything else either until the operator acts.
    """

    def __init__(self, message: str, *, provider: str, lasting: bool = False) -> None:
        super().__init__(message, provider=provider)
        self.lasting = lasting


class ProviderGarbled(ProviderError):
    """It answered, but not as documented."""


class ProviderOverBudget(ProviderError):
    """It was not called, because the money or the rate set aside for it is used up."""


class UnreadableMedia(AnalysisError):
    """The bytes are not a picture we can decode, or are made to harm the decoder."""


class UnsupportedMedia(AnalysisError):
    """The bytes are of a kind we know and do not look into, such as SVG or video."""


class WorkerLost(AnalysisError):
    """A sandbox process was killed, crashed, or used up its time."""


class SandboxBusy(WorkerLost):
    """The job was not begun, because too many wait for a worker already."""
