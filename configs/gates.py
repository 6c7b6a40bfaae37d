"""Quality gates as data: first-line rules (row count, null share, outcome share), bands, Great Expectations' rules."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.nearest import did_you_mean
from configs.tables import figures_draft
from configs.tables import table as table_named
from configs.yaml_lines import KeyedError


class Rule(BaseModel):
    """One rule: either a first-line check or the name of an expectation with its arguments.

    A first-line check holds in every week of a batch. A null share over several `columns` counts the rows in which
    all of them are null. A band holds each of its columns against the past: it is there from `least_weeks` on, and one
    sound week in 1 / `risk` would leave it on the `sides` that count.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    severity: Literal["stop", "warn"]
    check: Literal["row_count", "null_share", "outcome_share", "band"] | None = None
    expect: str | None = Field(None, pattern=r"^expect_[a-z0-9_]+$")
    column: str | None = None
    columns: list[str] = Field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
    outcomes: list[str] = Field(default_factory=list)
    risk: float = Field(default=1e-6, gt=0, lt=0.5)
    least_weeks: int = Field(default=8, ge=3)
    sides: Literal["both", "above", "below"] = "both"
    arguments: dict[str, Any] = Field(default_factory=dict)

    @property
    def read_columns(self) -> list[str]:
        """The columns that the rule looks at, sorted, each once."""
        named = [value for key, value in self.arguments.items() if key in ("column_A", "column_B")]
        own = [self.column] if self.column else []
        return sorted({*own, *self.columns, *named, *self.arguments.get("column_list", [])})

    @model_validator(mode="after")
    def _one_kind(self) -> "Rule":
        if (self.check is None) == (self.expect is None):
            raise ValueError(f"rule {self.id} needs exactly one of check and expect")
        if self.check == "outcome_share" and not self.outcomes:
            raise ValueError(f"rule {self.id} counts no outcome; name them with outcomes")
        if self.check == "band" and not self.columns:
            raise ValueError(f"rule {self.id} holds no trait against its past; name some with columns")
        if self.check == "null_share" and not self.read_columns:
            raise ValueError(f"rule {self.id} looks at no column; name one with column, or several with columns")
        return self


class Accepted(BaseModel):
    """A week whose pages are right although they are not what they were: the first of a new past."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marketplace: str
    category: str
    week: date
    reason: str = Field(min_length=1)


class Gate(BaseModel):
    """The rules that a batch of one table must pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Literal["pages", "batch_traits", "offers", "listing_weeks", "figures"]
    rules: list[Rule]
    accepted: list[Accepted] = Field(default_factory=list)

    def past_begins(self, marketplace: str, category: str, week: date) -> date:
        """The last accepted week of a category up to a week; the past reaches back no further."""
        own = [one.week for one in self.accepted if (one.marketplace, one.category) == (marketplace, category)]
        return max((day for day in own if day <= week), default=date.min)

    @property
    def read_columns(self) -> list[str]:
        """The columns that any rule looks at, sorted, each once."""
        return sorted({column for rule in self.rules for column in rule.read_columns})

    @model_validator(mode="after")
    def _columns_exist(self) -> "Gate":
        known = (figures_draft() if self.table == "figures" else table_named(self.table)).names
        for number, rule in enumerate(self.rules):
            for column in rule.read_columns:
                if column not in known:
                    found = f"found column {column}, which table {self.table} has not{did_you_mean(column, known)}"
                    raise KeyedError(found, "rules", number)
        return self
