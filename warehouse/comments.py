"""What a view and its columns mean, kept in the warehouse itself. Tables have their comments from SQLAlchemy."""

from collections.abc import Iterator

from configs.tables import table
from transforms.catalogue import level_metrics
from transforms.metric import Metric


def comments(view: str) -> Iterator[str]:
    """The statements that comment on a view and on each of its columns."""
    shape = table(view)
    yield f"comment on view {view} is {_literal(shape.grain['en'])}"
    for column in shape.columns:
        yield f'comment on column {view}."{column.name}" is {_literal(column.comment)}'
    if view == "belt_weeks":
        for metric in level_metrics():
            yield f'comment on column {view}."{metric.id}" is {_literal(_meaning(metric))}'


def _meaning(metric: Metric) -> str:
    return f"{metric.en}: {metric.definition} [{metric.unit}]"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
