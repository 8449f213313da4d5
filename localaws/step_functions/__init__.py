"""AWS Step Functions: the state machine run unchanged, with the waits shortened."""

from localaws.moto_imports import import_late

# The interpreter of state machines takes the states of a job from there; the models
# import EC2, with all types of instances and all zones, half of what a start took.
import_late("batch")
