"""A deploy that is stopped by hand says so, and no more."""

import deploy


def test_interrupted_deploy_says_what_to_do(monkeypatch, capsys):
    def interrupt(_asked):
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "run", interrupt)

    assert deploy.main(["--stage", "dev"]) == 130
    assert capsys.readouterr().err == "error: stopped; run it again to finish\n"
