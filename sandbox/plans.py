"""What is planted in one belt of a practice world: its place, its sizes and rates, and what happens there."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Sigma = Annotated[float, Field(ge=0, le=4)]
Change = Annotated[float, Field(gt=-1, le=10)]
Weeks = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """A part of a scenario file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Spot(Part):
    """A place as the site writes it: province without its suffix, city and county with theirs."""

    province: str
    city: str
    county: str = ""


class BeltSpot(Spot):
    """The belt's own county, or the whole municipality, with its GB/T 2260 code."""

    code: Annotated[str, Field(pattern=r"^\d{6}$")]


class SecondSite(Part):
    """Share of the merchants who sell on practice-html only, and of those who sell on both marketplaces."""

    only: Share
    both: Share


class Supply(Part):
    """Merchants in the supply mode (trusteeship): their share, and their own change where it is not the belt's."""

    share: Share
    change: Change | None = None


class Assistant(Part):
    """The AI assistant: share of adopters, what it adds to their sales, first and last day of adoption."""

    share: Share
    effect: Change
    first: date
    last: date


class Premium(Part):
    """Factories that sell dear: how many, their own change, their prices over the belt's typical one."""

    merchants: Annotated[int, Field(ge=2, multiple_of=2)]
    change: Change
    price_factor: Annotated[float, Field(gt=0)]


class PriceWar(Part):
    """Share of the merchants, premium ones left out, whose prices fall by about `change` within `weeks` of `start`."""

    start: date
    weeks: Weeks
    change: Change
    share: Share
    sigma: Sigma = 0.3


class Returns(Part):
    """Return rate before and after a rise that takes `weeks` from `start`; no page shows it."""

    before: Share
    after: Share
    start: date
    weeks: Weeks

    def rate(self, week: date) -> float:
        """The rate in a week."""
        done = (week - self.start).days / (7 * self.weeks)
        return self.before + (self.after - self.before) * min(1.0, max(0.0, done))


class BeltPlan(Part):
    """One belt, the category its merchants sell in, and what is planted there.

    Changes are fractions over 364 days; sizes are yuan per 30 days; rates are per year. `swaps_up_to`: share of the
    merchants, counted from the smallest, who replace listings at all. `relaunch_share`: of the listings that are
    replaced, those whose successor is the same product under a new id. `cost_floor_yuan`: what the material of one
    piece costs, for the truth of below_cost_share.
    """

    id: str
    category: str
    keywords: str
    label: str
    place: BeltSpot
    near: list[Spot]
    elsewhere: list[Spot]
    change: Change
    price_change: Change = 0.0
    elsewhere_change: Change = 0.05
    merchants: Annotated[int, Field(ge=2)] = 150
    elsewhere_share: Annotated[float, Field(ge=0, lt=1)] = 0.12
    city_only_share: Share = 0.04
    listings_per_merchant: Annotated[float, Field(ge=1, le=6)] = 2.0
    typical_sales_yuan: Annotated[float, Field(gt=0)] = 20_000.0
    typical_price_yuan: Annotated[float, Field(gt=0)] = 10.0
    price_sigma: Sigma = 0.5
    size_sigma: Sigma = 1.2
    growth_sigma: Sigma = 0.25
    listing_sigma: Sigma = 0.06
    merchant_exit_rate: Share = 0.06
    merchant_entry_rate: Share = 0.06
    listing_swap_rate: Share = 0.15
    swaps_up_to: Share = 1.0
    relaunch_share: Share = 0.0
    second_site: SecondSite | None = None
    supply: Supply | None = None
    assistant: Assistant | None = None
    premium: Premium | None = None
    price_war: PriceWar | None = None
    returns: Returns | None = None
    cost_floor_yuan: Annotated[float, Field(gt=0)] | None = None
    units: Annotated[list[str], Field(min_length=1)] = ["件"]
    things: Annotated[list[str], Field(min_length=1)]
    traits: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _shares_fit(self) -> "BeltPlan":
        if self.second_site and self.second_site.only + self.second_site.both > 1:
            raise ValueError("second_site: only and both must not add up to more than 1")
        if self.premium and self.premium.merchants > self.merchants // 2:
            raise ValueError("premium: at most half of the merchants can be premium")
        return self
