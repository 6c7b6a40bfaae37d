"""What the parts of a page are called: keys of its data and classes of its nodes. A relaunch of the site shows here
before it shows in values."""

import re

SAMPLE_CHARACTERS = 8_000  # from the middle, where cards are: a whole page of 400 kB would cost as much as reading it
KEY = re.compile(r'"([A-Za-z_]\w{0,40})"\s*:')
CLASSES = re.compile(r'class="([^"<>]{1,200})"')


def page_names(text: str) -> list[str]:
    """The names in the middle of a page, sorted, each once; classes with a dot before them."""
    start = max(0, (len(text) - SAMPLE_CHARACTERS) // 2)
    sample = text[start : start + SAMPLE_CHARACTERS]
    classes = {f".{name}" for names in CLASSES.findall(sample) for name in names.split()}
    return sorted({*KEY.findall(sample), *classes})
