"""The clients of a deployment: made once, and some only when they are used."""

import boto3
from botocore.model import ServiceModel
from botocore.session import Session

from deployment.clients import SERVICES, Clients, find_prefix
from tests.building.made_up_account import REGION


def test_endpoints_are_found_by_the_names_of_the_models():
    loader = Session().get_component("data_loader")
    for service in SERVICES.values():
        model = ServiceModel(loader.load_service_model(service, "service-2"))

        assert find_prefix(service) == model.endpoint_prefix


def test_large_clients_are_made_when_they_are_used():
    made = []

    def make(service):
        made.append(service)
        return boto3.client(service, region_name=REGION)

    clients = Clients(make)
    at_first = sorted(made)
    twice = [clients.ec2, clients.ec2]

    assert at_first == sorted({*SERVICES.values()} - {"ec2", "sagemaker"})
    assert made[len(at_first) :] == ["ec2"]
    assert twice[0] is twice[1]
    assert not hasattr(clients, "dynamodb")
