"""Quality gates as data: first-line rules (row count, null share) and Great Expectations' rules."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Rule(BaseModel):
    """One rule: either a first-line check or the name of an expectation with its arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    severity: Literal["stop", "warn"]
    check: Literal["row_count", "null_share"] | None = None
    expect: str | None = Field(None, pattern=r"^expect_[a-z0-9_]+$")
    column: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> "Rule":
        if (self.check is None) == (self.expect is None):
            raise ValueError(f"rule {self.id} needs exactly one of check and expect")
        return self


class Gate(BaseModel):
    """The rules that a batch of one table must pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Literal["offers", "listing_weeks", "figures"]
    rules: list[Rule]
