"""Run a script, and hold every request that it makes against the service's model.

``python record_requests.py <where to write> <script> <arguments>``
"""

import json
import runpy
import sys
from pathlib import Path

import botocore.session
from service_models import find_faults_by  # run as a script, from its own folder


def main():
    where, script, *arguments = sys.argv[1:]
    made = {}
    hear_requests(made)
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).resolve().parent)
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        Path(where).write_text(json.dumps(made))


def hear_requests(made):
    """Note every operation that any client calls, with what is wrong about it."""
    create = botocore.session.Session.create_client

    def create_and_listen(session, service, *args, **kwargs):
        client = create(session, service, *args, **kwargs)

        def note(params, model, **rest):
            faults = made.setdefault(f"{service}:{model.name}", [])
            faults += find_faults_by(model, params)

        client.meta.events.register("before-parameter-build", note)
        return client

    botocore.session.Session.create_client = create_and_listen


if __name__ == "__main__":
    main()
