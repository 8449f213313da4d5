"""Uploads that must be refused, and what a refusal is."""

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
