"""Numbers about many numbers, defined once for what is simulated and what is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of rising `values`: the smallest one that at least `share` of them do not exceed.

    It is always one of the values; `share` runs from 0 to 1.

    Raises:
        ValueError: there are no values, or `share` is no share.
    """
    if not values:
        raise ValueError("no values have no percentile")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share runs from 0 to 1, not {share}")
    # 0.07 * 100 is a little more than 7 in binary; a rank must not jump for that.
    return values[max(0, math.ceil(share * len(values) - 1e-9) - 1)]
