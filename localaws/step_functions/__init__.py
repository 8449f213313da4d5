"""AWS Step Functions: the state machine run unchanged, with the waits shortened."""
