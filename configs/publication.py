"""The rules by which a comparison is published, as read from publication.yaml."""

from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator


class PublicationRules(BaseModel):
    """Thresholds on the base period and on coverage, with reasons in publication.yaml. Source: METHOD 1.6."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merchants_grade_a: int = Field(ge=1)
    merchants_minimum: int = Field(ge=1)
    effective_minimum: float = Field(ge=1)
    top1_share_maximum: float = Field(ge=0, le=1)
    top2_share_maximum: float = Field(ge=0, le=1)
    matched_share_minimum: float = Field(ge=0, le=1)
    ceiling_share_maximum: float = Field(default=0.2, ge=0, le=1)
    movers_minimum: int = Field(default=3, ge=1)
    movers_rest_minimum: float = Field(default=0.1, ge=0, le=1)
    coverage_minimum: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _grades_are_ordered(self) -> "PublicationRules":
        if self.merchants_grade_a < self.merchants_minimum:
            raise ValueError(
                f"merchants_grade_a is {self.merchants_grade_a}, below merchants_minimum {self.merchants_minimum}; "
                f"grade A needs at least as many merchants as publication"
            )
        return self


def shipped_rules() -> PublicationRules:
    """The rules of the shipped publication.yaml, without any overlay."""
    text = files("configs").joinpath("publication.yaml").read_text(encoding="utf-8")
    return PublicationRules.model_validate(yaml.safe_load(text))
