"""What a stream can do wrong."""


class Fault(Exception):
    """Ends a stream; `code` is the error that a client tells."""

    code = "INVALID_STREAM"


class Wrong(Fault):
    """It is not the protocol."""


class Diverged(Fault):
    """A heartbeat shows other flags than are held."""

    code = "DIVERGED"


class Behind(Fault):
    """A replay is older than what is held."""

    code = "BEHIND"


class TooLarge(Fault):
    """The flags are more than a client holds."""

    code = "TOO_LARGE"
