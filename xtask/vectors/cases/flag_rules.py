"""Flag documents by their rules: operators, attributes, values, and how many of each."""

from cases.flag_case import (
    AFTER_RULES,
    BEFORE_RULES,
    Template,
    accepted,
    refused,
    strict_refuses,
    with_field,
    with_rule,
)


def rows():
    for operator in ("Equals", "NotEquals", "Contains", "StartsWith", "EndsWith"):
        yield accepted(f"{operator}", with_rule(operator=f'"{operator}"'), f'"operator":"{operator}"')
        empty = with_rule(operator=f'"{operator}"', values='["a","b",""]')
        if operator in ("Equals", "NotEquals"):
            yield accepted(f"{operator}: empty value", empty, '"values":["a","b",""]')
        else:
            yield refused(f"{operator}: empty value", empty, "rules[0].values[2]")
    late = with_field("rules", '[{"attribute":"a","values":[""],"operator":"Contains"}]')
    yield refused("Contains after its empty value", late, "rules[0].values[0]")
    yield accepted("operator in escapes", with_rule(operator='"Eq\\u0075als"'), '"operator":"Equals"')
    for operator in ("Matches", "equals", "EQUALS", "Equals ", "NotContains", "Größer", "regex\\n"):
        document = with_rule(operator=f'"{operator}"')
        yield strict_refuses(f"operator {operator}", document, "rules[0].operator", f'"operator":"{operator}"')
    unknown_empty = with_rule(operator='"Matches"', values='[""]')
    yield strict_refuses("unknown operator, empty value", unknown_empty, "rules[0].operator", '"values":[""]')
    yield refused("unknown operator, no values", with_rule(operator='"Matches"', values="[]"), None)
    yield refused("unknown operator, value is no string", with_rule(operator='"Matches"', values="[1]"), None)
    for text in ("null", "1", "true", '["Equals"]', "{}"):
        yield refused(f"operator is {text}", with_rule(operator=text), "rules[0].operator")
        yield refused(f"attribute is {text}", with_rule(attribute=text), "rules[0].attribute")
    for text in ("null", "1", "true", '"pro"', "{}"):
        yield refused(f"values is {text}", with_rule(values=text), "rules[0].values")
    for text in ("null", "42", "true", '["a"]', "{}"):
        yield refused(f"a value is {text}", with_rule(values=f'["a",{text},"b"]'), "rules[0].values[1]")
    for text in ("null", "1", "true", '"Equals"', "[]"):
        yield refused(f"a rule is {text}", with_field("rules", f"[{text}]"), "rules[0]")
    yield refused("a rule without fields", with_field("rules", "[{}]"), None)
    whole = '{"attribute":"a","operator":"Equals","values":["b"]}'
    yield refused("the second rule is null", with_field("rules", f"[{whole},null]"), "rules[1]")
    for missing, text in (
        ("attribute", '{"operator":"Equals","values":["b"]}'),
        ("operator", '{"attribute":"a","values":["b"]}'),
        ("values", '{"attribute":"a","operator":"Equals"}'),
    ):
        yield refused(f"rule without {missing}", with_field("rules", f"[{text}]"), f"rules[0].{missing}")
        yield refused(
            f"third rule without {missing}", with_field("rules", f"[{whole},{whole},{text}]"), f"rules[2].{missing}"
        )
    yield from limits(whole)


def limits(whole):
    yield refused("attribute empty", with_rule(attribute='""'), "rules[0].attribute")
    for attribute in ("n" * 128, "é" * 64, " ", "\\u0000", "a.b c/d", "都市"):
        yield accepted(
            f"attribute {attribute[:10]}", with_rule(attribute=f'"{attribute}"'), f'"attribute":"{attribute}"'
        )
    yield refused("attribute of 129 bytes", with_rule(attribute=f'"{"n" * 129}"'), "rules[0].attribute")
    yield refused(
        "attribute of 130 bytes in two-byte letters", with_rule(attribute=f'"{"é" * 65}"'), "rules[0].attribute"
    )
    yield refused("values empty", with_rule(values="[]"), "rules[0].values")
    yield accepted("the same value twice", with_rule(values='["a","a"]'), '"values":["a","a"]')
    yield accepted("value with NUL", with_rule(values='["a\\u0000"]'), '"values":["a\\u0000"]')
    rule = '{"attribute":"a","operator":"Equals","values":['
    before, kept = f'{{"key":"a","rules":[{rule}', BEFORE_RULES + rule
    for name, letter, most in (("one-byte letters", "v", 512), ("two-byte letters", "é", 256)):
        fits = Template(before + '"', letter, "", most, '"]}]}')
        yield accepted(
            f"value of 512 bytes in {name}", fits, Template(kept + '"', letter, "", most, '"]}' + AFTER_RULES)
        )
        above = Template(before + '"a","b","', letter, "", most + 1, '"]}]}')
        yield refused(f"value above 512 bytes in {name}", above, "rules[0].values[2]")
    fits = Template(before, '"v"', ",", 1000, "]}]}")
    yield accepted("1,000 values", fits, Template(kept, '"v"', ",", 1000, "]}" + AFTER_RULES))
    yield refused("1,001 values", Template(before, '"v"', ",", 1001, "]}]}"), "rules[0].values")
    fits = Template('{"key":"a","rules":[', whole, ",", 64, "]}")
    yield accepted("64 rules", fits, Template(BEFORE_RULES, whole, ",", 64, AFTER_RULES))
    yield refused("65 rules", Template('{"key":"a","rules":[', whole, ",", 65, "]}"), "rules")
    last = Template('{"key":"a","rules":[', whole, ",", 63, ',{"attribute":"","operator":"Equals","values":["b"]}]}')
    yield refused("the 64th rule's attribute empty", last, "rules[63].attribute")
