"""Which messages of a batch failed, by what the function answered.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html, "Success and failure conditions". Where that
page says nothing, the stricter reading holds: the whole batch failed.
"""

import json

from .runtime import Answer

RESPONSE, ITEM = "batchItemFailures", "itemIdentifier"


def failures(answer: Answer, sent: list) -> tuple:
    """(ids of the messages that failed, why the whole batch did or an empty text)."""
    if answer.outcome != "ok":
        return set(sent), answer.outcome
    if answer.body == "":
        return set(), ""
    try:
        response = json.loads(answer.body)
    except ValueError:
        return set(sent), "not JSON"
    if response in (None, ""):
        return set(), ""
    if not isinstance(response, dict):
        return set(sent), "not an object"
    items = response.get(RESPONSE)
    if items is None:
        return set(), ""
    if not isinstance(items, list):
        return set(sent), f"{RESPONSE} is no list"
    named = set()
    for item in items:
        identifier = item.get(ITEM) if isinstance(item, dict) else None
        if not isinstance(identifier, str) or identifier not in sent:
            return set(sent), f"{ITEM} is missing, empty or unknown"
        named.add(identifier)
    return named, ""
