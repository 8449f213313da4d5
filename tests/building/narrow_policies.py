"""Whether a call that went well would have without one of a policy's actions."""

from localaws.iam.authorize import find_need_to_tell_missing, find_refusal, is_allowed


def list_actions(policy):
    return sorted({a for one in policy["Statement"] for a in one["Action"]})


def without(policy, action):
    statements = [
        {**statement, "Action": [a for a in statement["Action"] if a != action]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": [s for s in statements if s["Action"]]}


def misses(asked, reduced, whole):
    """Tell whether a call that went well would not with the reduced policy."""
    if find_refusal(asked.call, [whole]) is not None:
        return False
    if find_refusal(asked.call, [reduced]) is not None:
        return True
    # Without this one, what is missing looks forbidden.
    need = find_need_to_tell_missing(asked.call)
    return (
        need is not None
        and is_allowed(need, [whole])
        and not is_allowed(need, [reduced])
    )
