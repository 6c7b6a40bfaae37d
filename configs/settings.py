"""Settings of one installation, from the environment (BELTWATCH_*)."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from configs.errors import ConfigError


class Settings(BaseSettings):
    """Where things are and who asks. Every field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_prefix="BELTWATCH_", extra="ignore")

    home: Path = Field(Path("data"), description="The data home")
    ledger: str | None = Field(None, description="SQLAlchemy URL of the ledger; default <home>/ledger.db")
    contact: str | None = Field(None, description="Address that the user agent names; needed to crawl a real site")
    now: datetime | None = Field(None, description="The instant at which the clock starts; for practice and tests")
    clock_since: datetime | None = Field(None, description="The machine's instant at which it starts; default at once")
    clock_speed: float = Field(1.0, gt=0, allow_inf_nan=False, description="How many times as fast as the machine's")

    @field_validator("now", "clock_since")
    @classmethod
    def _in_utc_unless_it_names_a_zone(cls, instant: datetime | None) -> datetime | None:
        return instant.replace(tzinfo=UTC) if instant and instant.tzinfo is None else instant

    @property
    def ledger_url(self) -> str:
        """URL of the ledger's database."""
        return self.ledger or f"sqlite:///{self.home.absolute() / 'ledger.db'}"


def settings(home: Path | None = None) -> Settings:
    """The settings in force; `home` as given on the command line goes before the environment."""
    try:
        return Settings(home=home) if home is not None else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "BELTWATCH_" + str(first["loc"][0]).upper()
        raise ConfigError(f"{name} is {first['input']!r}: {first['msg']}; mend it in the environment") from None
