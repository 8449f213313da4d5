"""Uploads for whole runs: a table to forecast, what is refused, and how."""

import json

from tests.building.local_resources import make_archive

BAD_UPLOADS = {
    "text": b"this is no archive",
    "empty": make_archive({}),
    "without-tts": make_archive({"sales.txt": "nothing"}),
    "without-target": make_archive(
        {"TTS.csv": "item_id,timestamp\na,2024-01-01\na,2024-02-01\n"}
    ),
}


def make_table(items, *, months=48, header="item_id,timestamp,target_value"):
    """Write monthly sales with a trend and a peak in December."""
    lines = [header]
    for number, item in enumerate(items):
        for month in range(months):
            stamp = f"{2020 + month // 12}-{month % 12 + 1:02}-01"
            value = 100 + 10 * number + month + 20 * (month % 12 == 11)
            lines.append(f"{item},{stamp},{value}")
    return "\n".join(lines) + "\n"


def find_errors(stage, ended):
    run = json.loads(ended["input"])
    report = stage.read_json(f"runs/{run['run_id']}/data-report.json")
    return [f for f in report["findings"] if f["level"] == "error"]


def assert_refused(stage, ended):
    run = json.loads(ended["input"])
    errors = find_errors(stage, ended)
    status = stage.wait_for_json(f"runs/{run['run_id']}/status.json")
    assert ended["status"] == "FAILED"
    assert stage.list_states(ended)[-1] == "Preprocess"
    assert errors
    assert all(f"{e['what']}; {e['remedy']}" in status["reason"] for e in errors)
    assert run["run_id"] not in stage.list_autopilot_jobs()
