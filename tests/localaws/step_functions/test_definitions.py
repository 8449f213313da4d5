import json

from localaws.step_functions import definitions

PASS = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}


def test_executions_share_what_was_parsed_and_not_their_program():
    definitions._parse.cache_clear()
    text = json.dumps(PASS)

    programs = [definitions.build_program(text) for _ in range(3)]

    assert definitions._parse.cache_info().misses == 1
    assert len({id(program) for program in programs}) == 3
    assert {program.start_at.start_at_name for program in programs} == {"Say"}
