"""Public holidays as a covariate that is known ahead, the same for every item."""

from dataclasses import replace

import numpy as np

from forecaster.data.frequency import Stamps
from forecaster.data.panel import Panel
from forecaster.errors import SettingsError

HOLIDAYS = "public holidays"


def add_holidays(panel: Panel, country: str) -> Panel:
    """Add the number of public holidays in each step's period as a covariate.

    Raises
    ------
    SettingsError
        When there is no calendar for the country.
    """
    if not country:
        return panel
    steps = np.arange(1 - panel.n_steps, panel.horizon + 1)
    # Items that end together share a calendar.
    last, which = np.unique(panel.last, return_inverse=True)
    few = replace(panel, last=last, target=np.zeros((len(last), panel.n_steps)))
    starts = few.stamps(steps)
    ends = few.stamps(steps + 1)
    days = holidays_between(country, starts.min(), ends.max())
    counts = np.searchsorted(days, ends) - np.searchsorted(days, starts)
    if panel.frequency.seconds and panel.frequency.seconds < 86_400:
        today = np.isin(starts.astype("M8[D]").astype("M8[s]"), days)
        counts = today.astype(np.int64)
    if not counts.any():
        return panel
    always = np.zeros((*panel.hidden.shape[:2], 1), dtype=bool)
    # Nothing is supposed of what is always known.
    assumed = panel.assumed
    if assumed.size:
        assumed = np.concatenate([assumed, np.full(always.shape, np.nan)], axis=2)
    return replace(
        panel,
        hidden=np.concatenate([panel.hidden, always], axis=2),
        assumed=assumed,
        known=np.concatenate([panel.known, counts[which].astype(float)[..., None]], 2),
        known_names=(*panel.known_names, HOLIDAYS),
        known_categorical=(*panel.known_categorical, False),
    )


def holidays_between(country: str, first: np.datetime64, last: np.datetime64) -> Stamps:
    """Days of public holidays from one time stamp to another, in order."""
    import holidays  # noqa: PLC0415 - a second that few callers need

    years = range(_year(first), _year(last) + 1)
    try:
        calendar = holidays.country_holidays(country, years=years)
    except NotImplementedError as e:
        raise SettingsError(
            f"no holiday calendar (found country {country!r}); "
            "give a two-letter country code"
        ) from e
    days = np.array(sorted(calendar), dtype="M8[D]").astype("M8[s]")
    return np.asarray(days[(days >= first.astype("M8[D]")) & (days <= last)])


def _year(stamp: np.datetime64) -> int:
    return int(stamp.astype("M8[Y]").astype(int)) + 1970
