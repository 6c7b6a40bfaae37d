"""What an error says to whoever runs a command or a flow: what was found, what was expected, where to mend it."""

import os
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from typer import TyperException

from configs.errors import BAD_USAGE, FAILED, BeltwatchError

AGAIN = "run the same command again, which goes on where it stopped"
MEND = f"see that it runs, or unset PREFECT_API_URL where that names it, then {AGAIN}"


def told(error: Exception, traceback: str = "run again with --debug and report it") -> tuple[str, int]:
    """One sentence and the exit code; `traceback` says where one is found of an error that nobody foresaw."""
    if isinstance(error, TyperException):
        return f"{error.format_message()} Run `beltwatch --help` for what is expected.", BAD_USAGE
    if isinstance(error, BeltwatchError):
        return " ".join(str(error).split()), error.exit_code
    return _unanswered(error) or _unusable(error) or _unforeseen(error, traceback), FAILED


def _unanswered(error: Exception) -> str | None:
    """Of an error that comes from nobody having answered: Prefect's server is all that flows ask over HTTP."""
    httpx = sys.modules.get("httpx")  # its import costs time, and without it nothing has been asked
    for cause in _causes(error):
        if httpx and isinstance(cause, httpx.HTTPError):
            return f"Prefect's server{_at()} failed to answer ({_words(cause)}), expected it to keep this run; {MEND}"
    for cause in _causes(error):
        if isinstance(cause, ConnectionError | TimeoutError):
            return f"the network failed ({_words(cause)}), expected the other side to answer; see to it, then {AGAIN}"
    return None


def _at() -> str:
    """The server's address, without the password that may be in it."""
    address = urlsplit(os.environ.get("PREFECT_API_URL", ""))
    return f" at {address._replace(netloc=address.netloc.rpartition('@')[2]).geturl()}" if address.netloc else ""


def _unusable(error: Exception) -> str | None:
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}; expected to be able to use it"
    return None


def _unforeseen(error: Exception, traceback: str) -> str:
    return f"unexpected {_words(error)}; {traceback}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


def _words(error: BaseException) -> str:
    first = str(error).strip().splitlines()[:1]
    return ": ".join([type(error).__name__, *first])
