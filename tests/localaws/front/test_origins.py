import pytest

from localaws.front.origins import is_foreign, list_hosts


def make_environ(**said):
    return {"HTTP_HOST": "127.0.0.1:4566", "REQUEST_URI": "/", **said}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"HTTP_HOST": "localhost:4566"},
        {"HTTP_ORIGIN": "http://127.0.0.1:4566"},
        {"HTTP_REFERER": "http://localhost:4566/bucket/key?query#part"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_SEC_FETCH_SITE": "same-origin"},
    ],
)
def test_own_host_and_pages_are_let_in(said):
    assert not is_foreign(make_environ(**said), list_hosts(4566))


def test_port_of_http_need_not_be_named():
    environ = make_environ(HTTP_HOST="127.0.0.1", HTTP_ORIGIN="http://localhost")

    assert not is_foreign(environ, list_hosts(80))
    assert is_foreign(environ, list_hosts(8080))
