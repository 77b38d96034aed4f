"""The ways in which a command ends other than well."""


class Refused(Exception):
    """Bad input, found before any work began: exit code 2."""


class Failed(Exception):
    """Work that began and could not be finished: exit code 1."""


class Stopped(Exception):
    """Work that a signal ended in good order: exit code 128 + the signal's number."""

    def __init__(self, message: str, signal_number: int):
        super().__init__(message)
        self.signal_number = signal_number
