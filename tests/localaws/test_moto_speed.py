"""What moto itself computes anew: a test fails here once its mend is needed no more."""

import random
from types import MappingProxyType

import pytest
from botocore.loaders import Loader
from moto.core import serialize
from moto.core import utils as moto_utils
from moto.core.base_backend import AccountSpecificBackend
from moto.core.parse import QueryParser
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.stepfunctions.parser.asl.utils import json_path as moto_json_path
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from localaws import moto_speed
from localaws.host.models import LOADER
from localaws.patches import Patches

SERVICES = (
    *("cloudwatch", "events", "glue", "iam", "lambda", "logs", "s3", "sagemaker"),
    *("service-quotas", "sns", "sqs", "stepfunctions", "sts"),
)


def test_moto_parses_a_path_at_each_look():
    parsed = [moto_json_path.parse("$.key.of.an.upload") for _ in range(2)]

    assert parsed[0] is not parsed[1]


def test_mended_path_is_parsed_once():
    with Patches() as patches:
        moto_speed.parse_each_path_once(patches)
        found = [moto_json_path.extract_json("$.a.b", {"a": {"b": n}}) for n in (1, 2)]
        parsed = [moto_json_path.parse("$.a.b") for _ in range(2)]

    assert found == [1, 2]
    assert parsed[0] is parsed[1]


def test_moto_reads_a_model_that_is_read_already():
    read = moto_utils._load_service_model("events", "service-2")

    assert read is not LOADER.load_service_model("events", "service-2")


@pytest.mark.parametrize("service", SERVICES)
def test_mended_model_is_the_same(service):
    before = moto_utils._load_service_model(service, "service-2")
    with Patches() as patches:
        moto_speed.read_each_model_once(patches)
        after = moto_utils._load_service_model(service, "service-2")

    assert after == before


def test_additions_of_moto_stay_its_own():
    with Patches() as patches:
        moto_speed.read_each_model_once(patches)
        its_own = moto_utils._load_service_model("sqs", "service-2")

    shared = LOADER.load_service_model("sqs", "service-2")
    assert its_own != shared
    assert shared == Loader().load_service_model("sqs", "service-2")


@pytest.mark.parametrize("service", SERVICES)
def test_regions_are_the_same(service):
    def list_regions():
        AccountSpecificBackend._generate_regions.cache_clear()
        made = AccountSpecificBackend(service, "1", object, True, None)
        return made.regions

    before = list_regions()
    with Patches() as patches:
        moto_speed.read_each_model_once(patches)
        after = list_regions()

    assert after == before


class Counted(dict):
    """A dict that counts how often somebody goes through it."""

    rounds = 0

    def __iter__(self):
        self.rounds += 1
        return super().__iter__()


def test_moto_goes_through_all_parameters():
    parser, parameters = make_parser("iam", "SimulatePrincipalPolicy"), Counted()
    parser._parse_shape(parser.operation_model.input_shape, parameters)
    parser._gonna_recurse(parameters, "ContextEntries.member.1")

    assert parameters.rounds > 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("iam", "SimulatePrincipalPolicy"),
        ("iam", "CreateRole"),
        ("cloudwatch", "PutMetricAlarm"),
        ("cloudwatch", "PutMetricData"),
        ("sns", "Publish"),
        ("sqs", "SendMessageBatch"),
        ("sts", "AssumeRole"),
    ],
)
def test_mended_parser_finds_the_same(service, operation, seed):
    random.seed(seed)
    shape = make_parser(service, operation).operation_model.input_shape
    drawn = [pair for pair in draw_parameters(shape) if random.random() < 0.9]
    parts = (MultiDict(drawn[::2]), MultiDict([*drawn[1::2], *drawn[:1]]))

    def parse():
        request = {"values": CombinedMultiDict(parts)}
        return make_parser(service, operation).parse(request)

    before = parse()
    with Patches() as patches:
        moto_speed.sort_the_parameters_of_a_query(patches)
        after = parse()

    assert after == before


def make_parser(service, operation):
    model = moto_utils.get_service_model(service)
    return QueryParser(model.operation_model(operation))


def draw_parameters(shape, prefix="", depth=0):
    """Draw parameters of a shape, some of which have odd names."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            path = f"{prefix}.{name}" if prefix else name
            if depth < 4:
                yield from draw_parameters(member, path, depth + 1)
    elif shape.type_name == "list":
        kind = "entry" if random.random() < 0.1 else "member"
        for index in range(1, random.choice([1, 2, 3, 13])):
            path = f"{prefix}.{kind}.{index}"
            yield from draw_parameters(shape.member, path, depth + 1)
    else:
        drawn = {"timestamp": "2026-01-01T00:00:00Z", "boolean": "true"}
        yield prefix, drawn.get(shape.type_name, str(random.randint(0, 99)))


def test_moto_derives_names_each_time(monkeypatch):
    derived = []
    monkeypatch.setattr(
        serialize, "xform_name", lambda name: derived.append(name) or name
    )
    for _ in range(2):
        list_names({}, "events", "ListRules")

    assert derived[: len(derived) // 2] == derived[len(derived) // 2 :] != []


class Rule:
    """An object whose class is of the name of a shape."""

    class Meta:
        serialization_aliases = MappingProxyType({"Name": "title"})


@pytest.mark.parametrize("obj", [{}, {"Name": 1}, Rule()], ids=["empty", "some", "own"])
@pytest.mark.parametrize("service", SERVICES)
def test_mended_names_are_the_same(service, obj):
    model = moto_utils.get_service_model(service)
    for operation in model.operation_names:
        before = list_names(obj, service, operation)
        with Patches() as patches:
            moto_speed.name_each_member_once(patches)
            after = list_names(obj, service, operation)

        assert after == before


def list_names(obj, service, operation):
    """List the names of all members of an answer, in their order."""
    picker = XFormedAttributePicker()
    shape = moto_utils.get_service_model(service).operation_model(operation)
    return [
        list(
            dict.fromkeys(
                picker.get_possible_keys(AttributePickerContext(obj, key, member))
            )
        )
        for key, member in walk_members(shape.output_shape)
    ]


def walk_members(shape, seen=()):
    if shape is None or shape.name in seen or len(seen) > 5:
        return
    if shape.type_name == "structure":
        for key, member in shape.members.items():
            member.parent = shape
            yield key, member
            yield from walk_members(member, (*seen, shape.name))
    elif shape.type_name == "list":
        yield from walk_members(shape.member, (*seen, shape.name))


@pytest.mark.parametrize(
    ("obj", "key"),
    [
        ({"a": 1}, "a"),
        ({"a": None}, "a"),
        ({}, "a"),
        ({"a": {"b": 2}}, "a.b"),
        ({"a": {}}, "a.b"),
        ([5], 0),
        (Rule(), "Meta"),
        (Rule(), "none"),
    ],
)
def test_mended_value_is_the_same(obj, key):
    before = serialize.get_value(obj, key, "default")
    with Patches() as patches:
        moto_speed.name_each_member_once(patches)
        after = serialize.get_value(obj, key, "default")

    assert after == before
