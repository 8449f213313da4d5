import pytest

from localaws.lambda_functions.permissions import Source, may_invoke

RULE = Source(
    "events.amazonaws.com",
    "arn:aws:events:us-east-1:123456789012:rule/end",
    "123456789012",
)
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}


def allow(**conditions):
    return {**STATEMENT, "Condition": conditions}


@pytest.mark.parametrize(
    "statement",
    [
        STATEMENT,
        allow(ArnLike={"AWS:SourceArn": RULE.arn}),
        allow(ArnLike={"AWS:SourceArn": "arn:aws:events:*:123456789012:rule/*"}),
        allow(StringEquals={"AWS:SourceAccount": RULE.account}),
        allow(
            ArnLike={"AWS:SourceArn": RULE.arn},
            StringEquals={"aws:SourceAccount": RULE.account},
        ),
    ],
)
def test_source_that_fits_is_let_in(statement):
    assert may_invoke(RULE, [statement])


@pytest.mark.parametrize(
    "statement",
    [
        {**STATEMENT, "Principal": {"Service": "s3.amazonaws.com"}},
        allow(ArnLike={"AWS:SourceArn": RULE.arn + "-of-another"}),
        allow(StringEquals={"AWS:SourceAccount": "999999999999"}),
        allow(StringEquals={"aws:PrincipalOrgID": "o-1"}),
    ],
)
def test_source_that_differs_is_kept_out(statement):
    assert not may_invoke(RULE, [statement])


def test_no_statement_lets_nobody_in():
    assert not may_invoke(RULE, [])
