"""What a hand-written flag document case is made of: the document, and the verdict of either mode."""

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Template:
    """A text too long to write out: prefix, then `repeat` `times` times with `separator` between, then suffix."""

    prefix: str
    repeat: str
    separator: str
    times: int
    suffix: str

    def text(self):
        return self.prefix + self.separator.join([self.repeat] * self.times) + self.suffix

    def fields(self):
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    """Accepted, with a part that the canonical encoding must hold (or all of it), or refused at a path (None: any)."""

    accepted: bool
    path: str | None = None
    holds: str | Template = ""


@dataclass(frozen=True)
class Row:
    name: str
    document: str | bytes | Template
    strict: Verdict
    lenient: Verdict
    # Whether an engine takes it from its stream; None: as the lenient mode does.
    stream: bool | None = None


def accepted(name, document, holds=""):
    verdict = Verdict(True, holds=holds)
    return Row(name, document, verdict, verdict)


def refused(name, document, path):
    verdict = Verdict(False, path)
    return Row(name, document, verdict, verdict)


def strict_refuses(name, document, path, holds=""):
    return Row(name, document, Verdict(False, path), Verdict(True, holds=holds))


def carried(row):
    """What is wrong is for people alone, or no UTF-8, which a stream's parser mends: an engine takes it all the same."""
    return replace(row, stream=True)


def too_deep_in_a_change(row):
    """The flag of a change stands one level deeper than by itself."""
    return replace(row, stream=False)


def with_field(name, text):
    """A smallest document with one more field, given as JSON text."""
    return f'{{"key":"a","{name}":{text}}}'


def with_rule(attribute='"plan"', operator='"Equals"', values='["pro"]'):
    return with_field("rules", f'[{{"attribute":{attribute},"operator":{operator},"values":{values}}}]')


AFTER_DESCRIPTION = (
    '","rules":[],"revision":0,"created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z"}'
)
BEFORE_RULES = '{"key":"a","is_enabled":false,"rollout_percentage":null,"description":null,"rules":['
AFTER_RULES = '],"revision":0,"created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z"}'
