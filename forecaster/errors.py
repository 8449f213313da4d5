"""Errors that a caller of the engine can cause."""


class ForecasterError(ValueError):
    """Something about the table, the settings or the archive cannot work."""


class TableError(ForecasterError):
    """The table lacks what the settings ask for."""


class SettingsError(ForecasterError):
    """The settings ask for what the engine cannot do."""


class ArtefactError(ForecasterError):
    """The file is not a model that this version can read."""
