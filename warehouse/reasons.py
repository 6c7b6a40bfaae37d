"""Why a release differs from the one before it, told from what both were made of."""

from typing import Any


def reason_of(before: dict[str, Any] | None, inputs: dict[str, str], configs: dict[str, str], withdrawn: int) -> str:
    """One line: the weeks whose listings are new or changed, the configuration files that changed, withdrawals."""
    if before is None:
        return "first release"
    changed = _changed(before["inputs"], inputs)
    parts = [
        _named("new listings", [name for name in changed if name not in before["inputs"]]),
        _named("changed listings", [name for name in changed if name in before["inputs"]]),
        _named("changed configuration", _changed(before["configs"], configs)),
        f"{withdrawn} figures withdrawn" if withdrawn else "",
    ]
    return "; ".join(part for part in parts if part) or "recomputed"


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _named(what: str, names: list[str], most: int = 5) -> str:
    if not names:
        return ""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{what}: {', '.join(_short(name) for name in names[:most])}{more}"


def _short(name: str) -> str:
    """listing_weeks/marketplace=m/week=2026-11-16/towels.parquet -> m/2026-11-16/towels."""
    plain = name.removesuffix(".parquet").removeprefix("listing_weeks/")
    return plain.replace("marketplace=", "").replace("week=", "")
