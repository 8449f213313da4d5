"""Hold every call of any Python program that is started with this on its path.

``JUDGED_CALLS`` names the file that the calls are noted in, ``JUDGED_POLICY`` the
policy of whoever calls: what it does not allow is refused, as AWS would, and not sent.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def hold_calls(calls, policy):
    """Note what each client of this process asks for, and refuse what it may not."""
    # Not at the top: every Python starts this, and most call nothing.
    sys.path.append(str(ROOT))
    from botocore.exceptions import ClientError  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    from localaws.iam.authorize import is_allowed  # noqa: PLC0415
    from tests.building.deployer_calls import list_needs  # noqa: PLC0415

    create = Session.create_client

    def create_and_hold(session, service, *args, **kwargs):
        client = create(session, service, *args, **kwargs)

        def hold(params, model, **rest):
            needs = list_needs(service, model.name, params, client.meta.region_name)
            with calls.open("a") as file:
                for need in needs:
                    file.write(json.dumps([need.action, need.resource]) + "\n")
            refused = [need for need in needs if not is_allowed(need, [policy])]
            if refused:
                message = f"not authorized to perform: {refused[0].action} on "
                message += refused[0].resource
                error = {"Code": "AccessDenied", "Message": message}
                raise ClientError({"Error": error}, model.name)

        client.meta.events.register("before-parameter-build", hold)
        return client

    Session.create_client = create_and_hold


if "JUDGED_CALLS" in os.environ:
    hold_calls(
        Path(os.environ["JUDGED_CALLS"]), json.loads(os.environ["JUDGED_POLICY"])
    )
