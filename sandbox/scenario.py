"""What a practice world is to be: read from scenarios/*.yaml, checked, and named by a digest."""

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from configs.calendar import YEAR
from configs.errors import ConfigError
from configs.yaml_lines import load_model
from sandbox.plans import BeltPlan, Part, Share

SCENARIOS = Path(__file__).parent / "scenarios"
PRACTICE, PRACTICE_HTML = "practice", "practice-html"


class Scenario(Part):
    """A practice world: past weeks `first_week` to the one before `live_week`, and one live week.

    `services`: badge text to the share of listings that carry it in the first and in the live week.
    """

    name: str
    title: dict[str, str]
    first_week: date
    live_week: date
    page_size: Annotated[int, Field(ge=1)] = 60
    goods_page_size: Annotated[int, Field(ge=1)] = 40
    ads_per_page: Annotated[int, Field(ge=0)] = 2
    balanced: bool = False
    services: dict[str, tuple[Share, Share]] = Field(default_factory=dict)
    belts: Annotated[list[BeltPlan], Field(min_length=1)]

    @model_validator(mode="after")
    def _weeks_and_belts(self) -> "Scenario":
        if self.first_week.weekday() or self.live_week.weekday():
            raise ValueError("first_week and live_week must be Mondays")
        if self.live_week - self.first_week < YEAR:
            raise ValueError("live_week must be at least 364 days after first_week")
        if len({belt.id for belt in self.belts}) < len(self.belts):
            raise ValueError("two belts have the same id")
        words = {belt.category: belt.keywords for belt in self.belts}
        if any(words[belt.category] != belt.keywords for belt in self.belts):
            raise ValueError("belts of one category must have the same keywords")
        return self

    @property
    def marketplaces(self) -> dict[str, list[str]]:
        """Marketplace to the categories it shows, in the order of the file; practice-html only where it shows any."""
        second = [belt.category for belt in self.belts if belt.second_site]
        shown = {PRACTICE: list(self.categories), PRACTICE_HTML: list(dict.fromkeys(second))}
        return {name: categories for name, categories in shown.items() if categories}

    @property
    def categories(self) -> dict[str, str]:
        """Category id to the words that the first site searches it by, in the order of the file."""
        return {belt.category: belt.keywords for belt in self.belts}

    @property
    def past_weeks(self) -> list[date]:
        """Mondays of the archive, the live week left out."""
        count = (self.live_week - self.first_week).days // 7
        return [self.first_week + timedelta(weeks=index) for index in range(count)]

    @property
    def digest(self) -> str:
        """SHA-256 of all its values: two scenarios of equal digest and seed make equal worlds."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load(name_or_path: str | Path) -> Scenario:
    """The scenario of this name in scenarios/, or in the YAML file of this path; ConfigError where unusable."""
    path = Path(name_or_path)
    if path.suffix != ".yaml":
        path = SCENARIOS / f"{name_or_path}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in SCENARIOS.glob("*.yaml")))
        raise ConfigError(f"there is no scenario {str(name_or_path)!r}; known are {known}, or give a path to a .yaml")
    return load_model(path, Scenario)
