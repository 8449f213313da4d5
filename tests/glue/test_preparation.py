from glue.preparation import prepare_upload
from tests.building.uploads import make_csv, make_rows, make_tts, make_zip

RTS = make_csv(("item_id", "timestamp", "price"), make_rows(steps=36))


def prepare_in(folder, name, content):
    """Prepare an upload in a folder of its own, and name what is left there."""
    (folder / name).write_bytes(content)
    (folder / "work").mkdir()
    made = prepare_upload(folder / name, f"raw/{name}", folder / "work")
    return made, sorted(path.name for path in (folder / "work").iterdir())


def test_what_was_read_makes_room(tmp_path):
    content = make_zip({"TTS.csv": make_tts(), "RTS.csv": RTS})
    made, left = prepare_in(tmp_path, "shop.zip", content)

    assert made.accepted
    assert left == ["blocks", "train.csv", "transform"]


def test_upload_itself_is_left_alone(tmp_path):
    made, _ = prepare_in(tmp_path, "shop.csv", make_tts().encode())

    assert made.accepted
    assert (tmp_path / "shop.csv").read_text() == make_tts()
