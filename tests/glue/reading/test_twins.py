from tests.building.uploads import Case, make_tts, make_zip

TTS = make_tts()
HEAD, *LINES = TTS.splitlines(keepends=True)


def find_twice(**members):
    """Prepare an archive of these members; give what is said of two of a kind."""
    names = {name.replace("__", "/") + ".csv": text for name, text in members.items()}
    made = Case("two tables", make_zip(names)).prepare()
    return [found.remedy for found in made.findings if found.code == "file-twice"]


def test_copy_of_a_table_is_to_be_taken_out():
    (told,) = find_twice(TTS=TTS, old__TTS=TTS)

    assert told == "they are alike: take 'old/TTS.csv' out of the archive"


def test_shorter_copy_is_to_be_taken_out():
    (told,) = find_twice(TTS=TTS, old__TTS=HEAD + "".join(LINES[:9]))

    assert "all rows of 'old/TTS.csv' stand in 'TTS.csv' too, which has 39 rows" in told


def test_other_part_of_the_history_is_to_be_joined():
    first, second = HEAD + "".join(LINES[:24]), HEAD + "".join(LINES[24:])

    (told,) = find_twice(TTS=first, TTS_2023=second)

    assert "put the 24 rows of 'TTS_2023.csv' below those of 'TTS.csv'" in told


def test_tables_that_differ_in_rows_are_counted():
    (told,) = find_twice(TTS=TTS, old__TTS=TTS.replace("A,2020-01", "A,2019-01"))

    assert "47 rows in common, and 1 row and 1 row of their own" in told


def test_old_copy_of_another_name_is_no_part():
    assert find_twice(TTS=TTS, before=HEAD + "".join(LINES[:9])) == []


def test_table_with_other_columns_is_no_part():
    assert find_twice(TTS=TTS, notes="id,note,who\nA,x,me\n") == []
