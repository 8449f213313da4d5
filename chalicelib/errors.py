"""The errors that the Lambdas raise; those named in the state machine are outcomes."""


class AutopilotBusy(Exception):
    """The account runs as many Autopilot jobs as it may; try again later."""


class AutopilotFailed(Exception):
    """Training ended without a model that could forecast."""


class QuotaTooLow(Exception):
    """A quota of the account keeps a run from its end, however long it waits."""


class SettingsMissing(Exception):
    """The run was not prepared, or its preparation was stopped by hand."""


class ServiceBusy(Exception):
    """A service of AWS is throttling or in trouble; try again later."""


class PipelineError(Exception):
    """Base of the errors that are defects of the deployment or of a caller."""


class StageError(PipelineError):
    """A stage cannot have this name."""


class RecordError(PipelineError):
    """A record of an event cannot be read."""


class StatusError(PipelineError):
    """A run's ``status.json`` cannot be written."""
