"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[Path | None, typer.Option("--home", help="Data home; default BELTWATCH_HOME or ./data")]
Week = Annotated[str | None, typer.Option("--week", help="Monday of the week, such as 2026-11-16")]
Marketplaces = Annotated[
    list[str] | None, typer.Option("--marketplace", help="A configured marketplace; may be given again")
]
OneMarketplace = Annotated[str, typer.Option("--marketplace", help="The marketplace the rows or pages are of")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error")]
