"""What JSON Schema cannot say: revisions are written in digits only, and 17.0 is an integer to it."""

import schemathesis


@schemathesis.hook
def map_body(context, body):
    return whole(body)


def whole(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(part) for name, part in value.items()}
    if isinstance(value, list):
        return [whole(part) for part in value]
    return value
