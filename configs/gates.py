"""Quality gates as data: first-line rules (row count, null share) and Great Expectations' rules."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.nearest import did_you_mean
from configs.tables import figures_draft
from configs.tables import table as table_named
from configs.yaml_lines import KeyedError


class Rule(BaseModel):
    """One rule: either a first-line check or the name of an expectation with its arguments.

    A first-line check holds in every week of a batch. A null share over several `columns` counts the rows in which
    all of them are null.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    severity: Literal["stop", "warn"]
    check: Literal["row_count", "null_share"] | None = None
    expect: str | None = Field(None, pattern=r"^expect_[a-z0-9_]+$")
    column: str | None = None
    columns: list[str] = Field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
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
        if self.check == "null_share" and not self.read_columns:
            raise ValueError(f"rule {self.id} looks at no column; name one with column, or several with columns")
        return self


class Gate(BaseModel):
    """The rules that a batch of one table must pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Literal["offers", "listing_weeks", "figures"]
    rules: list[Rule]

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
