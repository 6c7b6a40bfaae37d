"""In which order a marketplace lists: readings in two orders show different listings and are no comparison."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from configs.field_rules import Part
from configs.yaml_lines import KeyedError

By = Literal["pieces", "value", "other"]


class EarlierOrder(Part):
    """An order that was in force before the first day `until` of the next one."""

    key: str
    by: By = "other"
    until: date
    reason: str = Field(min_length=3)


class Order(Part):
    """The order of a marketplace's listing; a bare text in the file is the key alone.

    `key` is the site's own name of it, `by` what falls from the first listing to the last: displayed `pieces`, their
    `value`, or something `other`, of which nothing can be said. `parameter` is the part of an address that names the
    order where it is another. `earlier` orders are dated, since a site may change its default without saying so.
    """

    key: str
    by: By = "other"
    parameter: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    earlier: list[EarlierOrder] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _bare_key(cls, value: Any) -> Any:
        return {"key": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _earlier_are_in_order(self) -> Self:
        for number, (before, after) in enumerate(pairwise(self.earlier), start=1):
            if after.until <= before.until:
                found = f"found until {after.until} behind {before.until}, expected the oldest order first"
                raise KeyedError(found, "earlier", number)
        return self
