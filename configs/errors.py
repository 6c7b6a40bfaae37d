"""The errors a user may see: one sentence with what was found, what was expected, where to mend it."""

DONE, FAILED, STOPPED_BY_GATE, BAD_USAGE = 0, 1, 2, 64


class BeltwatchError(Exception):
    """A failure with a sentence for its user; the command ends with `exit_code`."""

    exit_code = FAILED


class GateStop(BeltwatchError):
    """A quality gate stopped something; everything else was published."""

    exit_code = STOPPED_BY_GATE


class ConfigError(BeltwatchError):
    """A configuration file or setting that cannot be used."""

    exit_code = BAD_USAGE


class InputError(BeltwatchError):
    """An argument or a file handed over that cannot be used."""

    exit_code = BAD_USAGE
