from glue.shaping.id_log import IdLog, print_text


def make_log(*entries):
    log = IdLog()
    for text, row, print_ in entries:
        log.add(text, row, print_)
    return log


def read(log):
    return [(log.text(at), log.row(at)) for at in range(len(log))]


def test_log_gives_what_it_was_given():
    log = make_log(("ü", 3, 1), ("", 2, 2), ("a\ud800", 9, 3))

    assert read(log) == [("ü", 3), ("", 2), ("a\ud800", 9)]


def test_log_goes_on_with_that_of_other_parts():
    log = make_log(("one", 1, 1), ("two", 2, 2))

    log.extend(make_log(("three", 3, 1)))
    log.extend(IdLog())

    assert read(log) == [("one", 1), ("two", 2), ("three", 3)]
    assert log.find_shared() == [[0, 2]]


def test_groups_come_in_the_order_of_their_first():
    log = make_log(("a", 1, 9), ("b", 2, 4), ("c", 3, 4), ("d", 4, 9), ("e", 5, 5))

    assert log.find_shared() == [[0, 3], [1, 2]]


def test_log_of_nothing_shares_nothing():
    assert IdLog().find_shared() == []
    assert read(IdLog().once()) == []


def test_text_is_kept_once_with_its_first_row():
    log = make_log(("a", 7, 1), ("A", 2, 1), ("a", 3, 1), ("b", 5, 2))

    assert read(log.once()) == [("a", 3), ("A", 2), ("b", 5)]


def test_print_is_the_same_in_every_process():
    assert print_text("item 1") == 0x5546853FF3CBA59F
