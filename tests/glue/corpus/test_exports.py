import pytest

from tests.glue.corpus import exports as uploads_exports
from tests.glue.corpus import exports_business as uploads_business
from tests.glue.corpus import exports_energy as uploads_energy
from tests.glue.corpus import exports_files as uploads_files
from tests.glue.corpus import exports_fresh as uploads_fresh
from tests.glue.corpus import exports_public as uploads_public

MODULES = (
    uploads_exports,
    uploads_business,
    uploads_energy,
    uploads_public,
    uploads_files,
    uploads_fresh,
)
CASES = {case.name: case for module in MODULES for case in module.CASES}


def find_shortfalls(case):
    """Say in words how the outcome differs from the right one."""
    made = case.prepare()
    wrong = []
    if tuple(made.codes) != tuple(sorted(case.codes)):
        wrong.append(f"found {made.codes}, not {sorted(case.codes)}")
    if made.accepted != case.accepted:
        wrong.append(f"accepted: {made.accepted}")
    if case.train is not None and made.train != case.train:
        wrong.append("the training rows differ")
    for code, words in case.says.items():
        told = " ".join(str(found) for found in made.findings if found.code == code)
        wrong += [f"{code} does not say {word!r}" for word in words if word not in told]
    return wrong


@pytest.mark.parametrize("name", sorted(CASES))
def test_export_becomes_what_it_means(name):
    assert find_shortfalls(CASES[name]) == []


def test_exports_are_as_many_as_promised():
    assert len(CASES) == sum(len(module.CASES) for module in MODULES)
    assert len(CASES) >= 230
