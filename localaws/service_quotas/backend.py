"""The Service Quotas API: moto knows the quotas of one service, and two operations."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.responses import ServiceQuotasResponse

from localaws.machine import Machine
from localaws.patches import Patches


class Operations:
    """The operations that are asked for, on the quotas of the machine."""

    machine: ClassVar[Machine]

    def __init__(self, response: Any) -> None:
        self._region = response.region
        self._account = response.current_account
        self._asked = json.loads(response.body)

    def get(self) -> dict[str, Any]:
        """Answer GetServiceQuota, and GetAWSDefaultServiceQuota with the same."""
        found = [
            q for q in self._describe() if q["QuotaCode"] == self._asked["QuotaCode"]
        ]
        if not found:
            raise NoSuchResource
        return {"Quota": found[0]}

    def list_page(self) -> dict[str, Any]:
        """Answer ListServiceQuotas, and ListAWSDefaultServiceQuotas with the same."""
        quotas = self._describe()
        start = int(self._asked.get("NextToken", 0))
        end = start + self._asked.get("MaxResults", 100)
        answer: dict[str, Any] = {"Quotas": quotas[start:end]}
        if end < len(quotas):
            answer["NextToken"] = str(end)
        return answer

    def _describe(self) -> list[dict[str, Any]]:
        quotas = self.machine.quotas.list_all(self._region, self._asked["ServiceCode"])
        return [
            quota.describe(value, region=self._region, account=self._account)
            for quota, value in quotas
        ]


def install(patches: Patches, machine: Machine) -> None:
    """Answer for the quotas of the machine."""
    patches.give(Operations, "machine", machine)

    def get(response: Any) -> str:
        return json.dumps(Operations(response).get())

    def list_page(response: Any) -> str:
        return json.dumps(Operations(response).list_page())

    patches.give(ServiceQuotasResponse, "get_service_quota", get)
    patches.give(ServiceQuotasResponse, "get_aws_default_service_quota", get)
    patches.give(ServiceQuotasResponse, "list_service_quotas", list_page)
    patches.give(ServiceQuotasResponse, "list_aws_default_service_quotas", list_page)
