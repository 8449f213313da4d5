"""Nothing of the stage `local` leaves this machine, however its endpoints are set."""

import os
import subprocess
import sys

import pytest

import deploy
import forecast
from cli.endpoints import EndpointError, refuse_outside
from client import exit_codes
from tests.building.heard_sockets import hear_hosts
from tests.building.paths import ROOT

# AWS's own examples: they look real and open nothing.
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_DEFAULT_REGION": "us-east-1",
}
# Nobody listens there: whoever asks it all the same is heard.
HERE = "http://127.0.0.1:9"
LOCAL = {**KEYS, "AWS_ENDPOINT_URL": HERE}
AWAY = "https://attacker.example"
COMMANDS = {
    "plan": (deploy.main, ["--stage", "local", "--plan"]),
    "deploy": (deploy.main, ["--stage", "local"]),
    "destroy": (
        deploy.main,
        ["--stage", "local", "--destroy", "--delete-data", "--confirm", "local"],
    ),
    "list": (forecast.main, ["list", "--stage", "local"]),
    "upload": (
        forecast.main,
        [str(ROOT / "sample-data" / "data.zip"), "--stage", "local"],
    ),
    "fetch": (forecast.main, ["fetch", "a-260101000000-00000000", "--stage", "local"]),
}


def endpoints(**services):
    """Name variables such as AWS_ENDPOINT_URL_S3."""
    return {f"AWS_ENDPOINT_URL_{name}": url for name, url in services.items()}


# What is tried: the environment, and the lines of ~/.aws/config.
TRIES = {
    "fresh terminal with keys": (KEYS, ""),
    "endpoint is AWS's": (
        {**KEYS, "AWS_ENDPOINT_URL": "https://sts.amazonaws.com"},
        "",
    ),
    "dual stack": ({**KEYS, "AWS_USE_DUALSTACK_ENDPOINT": "true"}, ""),
    "fips": ({**KEYS, "AWS_USE_FIPS_ENDPOINT": "true"}, ""),
    "dual stack and fips": (
        {
            **KEYS,
            "AWS_USE_DUALSTACK_ENDPOINT": "true",
            "AWS_USE_FIPS_ENDPOINT": "true",
        },
        "",
    ),
    "china": ({**KEYS, "AWS_DEFAULT_REGION": "cn-north-1"}, ""),
    "gov cloud": ({**KEYS, "AWS_DEFAULT_REGION": "us-gov-west-1"}, ""),
    "only sts is local": ({**KEYS, **endpoints(STS=HERE)}, ""),
    "only s3 is local": ({**KEYS, **endpoints(S3=HERE)}, ""),
    "s3 away": ({**LOCAL, **endpoints(S3=AWAY)}, ""),
    "s3 at AWS": ({**LOCAL, **endpoints(S3="https://s3.us-east-1.amazonaws.com")}, ""),
    "state machine away": ({**LOCAL, **endpoints(SFN=AWAY)}, ""),
    "sagemaker away": ({**LOCAL, **endpoints(SAGEMAKER=AWAY)}, ""),
    "logs away": ({**LOCAL, **endpoints(CLOUDWATCH_LOGS=AWAY)}, ""),
    "sts away": ({**LOCAL, **endpoints(STS=AWAY)}, ""),
    "configured endpoints ignored": (
        {**LOCAL, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        "",
    ),
    "profile with an endpoint away": (KEYS, f"[default]\nendpoint_url = {AWAY}\n"),
    "profile with services, no variable": (
        KEYS,
        "[default]\nservices = other\n[services other]\n"
        f"sts =\n  endpoint_url = {HERE}\ns3 =\n  endpoint_url = {AWAY}\n",
    ),
    "profile that ignores endpoints": (
        LOCAL,
        "[default]\nignore_configured_endpoint_urls = true\n",
    ),
    "some other host": ({**KEYS, "AWS_ENDPOINT_URL": "https://example.org"}, ""),
    "name that begins as loopback": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1.attacker.example"},
        "",
    ),
    "name that ends as localhost": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://attacker.example.localhost"},
        "",
    ),
    "localhost as a subdomain": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://localhost.attacker.example"},
        "",
    ),
    "localhost as a user": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://localhost@attacker.example"},
        "",
    ),
    "address of a neighbour": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://192.168.1.7:5000"},
        "",
    ),
    "address of everywhere": ({**KEYS, "AWS_ENDPOINT_URL": "http://0.0.0.0:5000"}, ""),
    "metadata server": ({**KEYS, "AWS_ENDPOINT_URL": "http://169.254.169.254"}, ""),
    "half an address": ({**KEYS, "AWS_ENDPOINT_URL": "http://127.1:5000"}, ""),
    "address as one number": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://2130706433:5000"},
        "",
    ),
    "host before a backslash": (
        {**KEYS, "AWS_ENDPOINT_URL": "http://attacker.example\\@127.0.0.1/"},
        "",
    ),
    "no keys, and a container's": (
        {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys",
        },
        "",
    ),
    "no keys, and a machine's": ({"AWS_DEFAULT_REGION": "us-east-1"}, ""),
    "another proxy": ({**KEYS, "HTTPS_PROXY": "http://proxy.example:3128"}, ""),
}


@pytest.fixture
def environ(tmp_path, monkeypatch):
    """Set an environment that ends with the test, whatever a command makes of it."""
    before = dict(os.environ)

    def set_environ(variables, config=""):
        for name in list(os.environ):
            if name.upper().startswith("AWS_") or name.lower().endswith("_proxy"):
                del os.environ[name]
        (tmp_path / "config").write_text(config)
        os.environ.update(variables)
        os.environ["AWS_CONFIG_FILE"] = str(tmp_path / "config")
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "none")

    yield set_environ
    os.environ.clear()
    os.environ.update(before)


def find_refusal(name):
    """Give the exit code of a command that may not reach the stage."""
    return exit_codes.UNUSABLE if COMMANDS[name][0] is forecast.main else 1


def run(name):
    main, arguments = COMMANDS[name]
    with hear_hosts() as heard:
        code = main(arguments)
    return code, heard


@pytest.mark.parametrize("command", ["plan", "list"])
@pytest.mark.parametrize("tried", TRIES)
def test_command_refuses_before_anything_is_sent(environ, capsys, tried, command):
    variables, config = TRIES[tried]
    environ(variables, config)

    code, heard = run(command)

    assert (code, heard) == (find_refusal(command), [])
    said = capsys.readouterr()
    assert "make serve" in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_in_a_fresh_terminal(environ, command):
    environ(KEYS)

    assert run(command) == (find_refusal(command), [])


@pytest.mark.parametrize("script", ["deploy.py --plan", "forecast.py list"])
def test_script_refuses_before_anything_is_sent(script):
    listener = ROOT / "tests" / "building" / "run_and_hear.py"
    name, option = script.split()

    done = subprocess.run(
        [sys.executable, str(listener), name, option, "--stage", "local"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **KEYS},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode in {1, exit_codes.UNUSABLE}
    assert done.stdout == "heard: \n"
    assert "make serve" in done.stderr


REACHED = {
    "address": ("http://127.0.0.1:9", {}),
    "another address of loopback": ("http://127.9.9.9:9", {}),
    "name": ("http://localhost:9", {}),
    "name in capitals": ("http://LOCALHOST:9", {}),
    "version 6": ("http://[::1]:9", {}),
    "proxy for http": (HERE, {"http_proxy": "http://proxy.example:3128"}),
    "proxy for all": (HERE, {"ALL_PROXY": "http://proxy.example:3128"}),
    "proxy in capitals": (HERE, {"HTTP_PROXY": "http://proxy.example:3128"}),
    "proxy but for the company": (
        "http://[::1]:9",
        {"HTTP_PROXY": "http://proxy.example:3128", "NO_PROXY": ".company.example"},
    ),
    "proxy but for AWS": (
        "http://localhost:9",
        {"http_proxy": "http://proxy.example:3128", "no_proxy": ".amazonaws.com"},
    ),
    "dual stack": (HERE, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}),
    "fips": (HERE, {"AWS_USE_FIPS_ENDPOINT": "true"}),
}
# A variable beats what a profile says.
SERVICES_AWAY = (
    f"[default]\nservices = other\n[services other]\ns3 =\n  endpoint_url = {AWAY}\n"
)
LOOPBACK = {"127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1"}


@pytest.mark.parametrize("tried", REACHED)
def test_only_this_machine_is_asked(environ, capsys, tried):
    url, variables = REACHED[tried]
    environ(
        {**KEYS, "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1", **variables},
        SERVICES_AWAY,
    )

    code, heard = run("plan")

    assert code == 1
    assert set(heard) <= LOOPBACK
    assert "make serve" not in capsys.readouterr().err


def test_role_of_a_profile_is_not_taken_on_elsewhere(environ):
    role = (
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/x\n"
        f"source_profile = keys\nendpoint_url = {HERE}\n[profile keys]\n"
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
        "sts_regional_endpoints = legacy\n"
    )
    environ({"AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}, role)

    code, heard = run("list")

    assert code == exit_codes.NO_ANSWER
    assert set(heard) <= LOOPBACK


class Redirected:
    url = "https://automl.s3.eu-west-1.amazonaws.com/raw/a.zip?versionId=1"


def test_redirect_to_aws_is_not_followed():
    with pytest.raises(EndpointError, match="would leave this machine"):
        refuse_outside(Redirected())


def test_other_stage_on_this_machine_is_told_so(environ, capsys):
    environ({**LOCAL, "AWS_MAX_ATTEMPTS": "1"})

    assert forecast.main(["list", "--stage", "dev"]) == exit_codes.NO_ANSWER
    assert "stage 'dev' is on this machine" in capsys.readouterr().err


@pytest.mark.parametrize("service", ["STS", "S3", "SFN"])
def test_stage_in_two_places_is_refused(environ, capsys, service):
    environ({**KEYS, **endpoints(**{service: HERE})})
    with hear_hosts() as heard:
        code = forecast.main(["list", "--stage", "dev"])

    assert (code, heard) == (exit_codes.UNUSABLE, [])
    assert "would be in two places" in capsys.readouterr().err
