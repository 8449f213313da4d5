"""What to write in a setting's place, where that can be known."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from glue.limits import FILL_LOGICS

JOB = "TimeSeriesForecastingJobConfig"
# A longer text is not shown: nobody copies it from a message.
_LONGEST = 200
_USUAL = {"ForecastHorizon": 14}
_AMOUNTS = {"ForecastHorizon": "how many steps you want to forecast"}
_COUNTRIES = {
    **dict.fromkeys(("germany", "deutschland", "ger", "deu"), "DE"),
    **dict.fromkeys(("austria", "osterreich", "\u00f6sterreich", "aut"), "AT"),
    **dict.fromkeys(("switzerland", "schweiz", "suisse", "che"), "CH"),
    **dict.fromkeys(("france", "fra"), "FR"),
    **dict.fromkeys(("spain", "espa\u00f1a", "esp"), "ES"),
    **dict.fromkeys(("italy", "italia", "ita"), "IT"),
    **dict.fromkeys(("netherlands", "nederland", "nld"), "NL"),
    **dict.fromkeys(("poland", "polska", "pol"), "PL"),
    **dict.fromkeys(("united kingdom", "uk", "great britain", "gbr"), "GB"),
    **dict.fromkeys(("united states", "usa", "america"), "US"),
    **dict.fromkeys(("canada", "can"), "CA"),
    **dict.fromkeys(("japan", "jpn"), "JP"),
    **dict.fromkeys(("india", "ind"), "IN"),
    **dict.fromkeys(("brazil", "brasil", "bra"), "BR"),
}
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def show(name: str, value: Any) -> str:
    """Write a key with its value as JSON."""
    return f"{json.dumps(name, ensure_ascii=False)}: {write(value)}"


def write(value: Any) -> str:
    """Write a value as JSON; ... where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else "..."


def advise_whole(name: str, value: Any, bounds: tuple[int | None, int | None]) -> str:
    """Say what to write where a whole number is needed."""
    number = _find_whole(value)
    low, high = bounds
    fits = number is not None and (low or 0) <= number <= (high or number)
    if fits:
        return f"write {show(name, number)}"
    usual = _USUAL.get(name, low or 1)
    amount = _AMOUNTS.get(name, "the number that you want")
    return f"write {amount}, such as {show(name, usual)}"


def _find_whole(value: Any) -> int | None:
    """Find the one whole number that a value means."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        digits = re.fullmatch(r"\D*?(-?\d{1,6})(?:\.0*)?(?:[^\d.,]\D*)?", value.strip())
        return int(digits[1]) if digits else None
    is_whole = isinstance(value, (int, float)) and value == value // 1
    return int(value) if is_whole else None


def advise_list(name: str, value: Any) -> str | None:
    """Say what to write where a list of texts is needed."""
    return f"write {show(name, [value])}" if isinstance(value, str) else None


def advise_map(name: str, value: Any) -> str | None:
    """Say what to write where the ways of filling a column are needed."""
    if isinstance(value, str) and value in FILL_LOGICS:
        return f"write {show(name, {'middlefill': value})}"
    return None


def advise_word(name: str, value: Any, choices: tuple[str, ...], near: str) -> str:
    """Say which of some words to write."""
    if near:
        return f"write {show(name, near)}"
    usual = "mean" if "mean" in choices else choices[0]
    return f"write the one that you want, such as {show(name, usual)}"


def advise_text(name: str, value: str) -> str | None:
    """Say what to write where a text of another form is needed."""
    if name == "CountryCode":
        code = _COUNTRIES.get(value.strip().casefold())
        if code is None and re.fullmatch("[A-Za-z]{2}", value.strip()):
            code = value.strip().upper()
        return f"write {show(name, code)}" if code else None
    if name == "ForecastQuantiles":
        return f"write such words there, as in {show(name, ['p10', 'p50', 'p90'])}"
    return None


def advise_yes(name: str, value: Any) -> str:
    """Say what to write where yes or no is needed."""
    meant = _YES.get(str(value).strip().casefold())
    if meant is not None:
        return f"write {show(name, meant)}"
    return f"write {show(name, True)} or {show(name, False)}"


def advise_method(kind: str, value: Any) -> str:
    """Say how a column is filled by a value."""
    pair = {kind: "value", f"{kind}_value": str(value)}
    more = "" if re.fullmatch(r"-?\d+", str(value)) else ", or another whole number"
    if more:
        pair[f"{kind}_value"] = "0"
    return f"write {write(pair)[1:-1]}{more}"


def advise_place(name: str, value: Any) -> str:
    """Show where a setting of the job stands."""
    return f'put it inside: "{JOB}": {{{show(name, value)}}}'


def unwrap(values: Any, job_keys: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give settings without what other requests put around them; None if none is."""
    if isinstance(values, list) and len(values) == 1:
        values = values[0]
        inner = values if isinstance(values, dict) else {}
        if inner and all(key in job_keys for key in inner):
            return {JOB: inner}
        return inner if JOB in inner else None
    if isinstance(values, dict) and isinstance(values.get(JOB), dict):
        return values
    return None
