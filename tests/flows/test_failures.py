"""Errors as their users read them: one sentence with what was found, what was expected, where to mend it."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from configs.errors import BAD_USAGE, FAILED, InputError
from flows.failures import told
from sandbox.world import write_marketplace
from tests.flows.conftest import NOW, beltwatch

pytestmark = pytest.mark.usefixtures("prefect_home")


def raised(error: type[Exception], what: Any) -> Exception:
    """The error that a call really raises."""
    with pytest.raises(error) as caught:
        what()
    return caught.value


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/api"


def failed_by(error: Exception) -> Exception:
    """An error that another came from, as Prefect raises them."""

    def fail() -> None:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("Failed to reach API") from cause

    return raised(RuntimeError, fail)


def test_a_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    address = nobody()
    monkeypatch.setenv("PREFECT_API_URL", address.replace("//", "//somebody:secret@"))
    refused = raised(httpx.ConnectError, lambda: httpx.get(address, trust_env=False))
    broken = httpx.HTTPStatusError(
        "Server error '500'", request=httpx.Request("GET", address), response=httpx.Response(500)
    )
    for error, words in ((refused, "ConnectError"), (failed_by(refused), "ConnectError"), (broken, "HTTPStatusError")):
        sentence, code = told(error)
        assert sentence.startswith(f"Prefect's server at {address} failed to answer ({words}: ")
        assert "expected it to keep this run; see that it runs, or unset PREFECT_API_URL" in sentence
        assert code == FAILED


def test_a_network_that_fails_elsewhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect() -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            socket.create_connection(probe.getsockname(), timeout=5)

    refused = raised(ConnectionRefusedError, connect)
    for error in (refused, failed_by(refused)):
        sentence, code = told(error)
        assert sentence.startswith("the network failed (ConnectionRefusedError: ")
        assert code == FAILED


def test_the_other_errors(tmp_path: Path) -> None:
    absent = raised(FileNotFoundError, (tmp_path / "none").read_bytes)
    assert told(absent)[0] == f"{tmp_path / 'none'}: No such file or directory; expected to be able to use it"
    assert told(InputError("two\n  lines")) == ("two lines", BAD_USAGE)
    assert told(KeyError("x"), "see there") == ("unexpected KeyError: 'x'; see there", FAILED)


def test_a_run_whose_server_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = nobody()
    monkeypatch.setenv("PREFECT_API_URL", address)
    done = beltwatch("run", "--home", str(tmp_path))
    assert done.returncode == FAILED
    assert done.stderr.startswith(f"beltwatch: Prefect's server at {address} failed to answer (ConnectError: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_scheduled_run_that_loses_its_server_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_world: Callable[[Path], Path],
) -> None:
    from flows import scheduled

    def lost(*_: Any) -> None:
        httpx.get(nobody(), trust_env=False)

    tiny_world(tmp_path)
    write_marketplace(tmp_path, "http://127.0.0.1:9")
    monkeypatch.setenv("BELTWATCH_NOW", NOW.isoformat())
    monkeypatch.setattr(scheduled, "week_line", lost)
    raised(httpx.ConnectError, lambda: scheduled.weekly.fn(str(tmp_path)))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("beltwatch: Prefect's server failed to answer (ConnectError: ")
