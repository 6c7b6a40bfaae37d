"""Every metric that table figures may hold."""

from transforms.assistant_metrics import assistant_metrics
from transforms.metrics import Metric, comparison_metrics, metrics, region_metrics


def catalogue() -> list[Metric]:
    """All metrics, in the order of publication."""
    return [*metrics(), *assistant_metrics(), *comparison_metrics(), *region_metrics()]
