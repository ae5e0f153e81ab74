"""Small requests for tests under faults: two to four scenes of a few frames, some scenes in several films, some films with
one narration for all their scenes.

A shape is a request without its task's id; the same shape gives the same film.
"""

import json

# In every prompt and every text: it belongs into requests, and into no line of a log.
PROMPT_CANARY = "quokkatine"
SIZE, FPS = "64x64", 24

SCENES = [
    {"type": "image", "promptImage": f"A boat called {PROMPT_CANARY} at sunrise", "duration": 0.5},
    {"type": "image", "promptImage": f"A lighthouse near {PROMPT_CANARY}", "narration_text": f"The {PROMPT_CANARY} lamp."},
    {"type": "image", "promptImage": f"A market in {PROMPT_CANARY}", "duration": 0.4, "motion": {"kind": "pan_left"}},
    {"type": "image", "promptImage": f"A cat of {PROMPT_CANARY}", "narration_text": "Cats know.", "subtitle": True},
    {"type": "image", "promptImage": f"Bread from {PROMPT_CANARY}", "duration": 0.3, "motion": {"kind": "zoom_in"}},
    {"type": "image", "promptImage": f"Night over {PROMPT_CANARY}", "narration_text": "It turns again."},
]
PICKS = [(0, 1), (1, 2, 3), (0, 4), (3, 1, 0, 2), (5, 1), (2, 4, 5), (4, 2), (5, 3, 0)]
NARRATED = [(0, 2, 4), (4, 0)]
SHAPES = len(PICKS) + len(NARRATED)


def shape(number: int) -> dict:
    """The request of a shape, counted round."""
    number %= SHAPES
    film = {"output_filename": f"film-{number}.mp4", "size": SIZE, "fps": FPS}
    if number < len(PICKS):
        return film | {"scenes": [SCENES[pick] for pick in PICKS[number]]}
    silent = [dict(SCENES[pick]) for pick in NARRATED[number - len(PICKS)]]
    for scene in silent:
        del scene["duration"]
    return film | {"narration_text": f"One voice, in {PROMPT_CANARY}. Over all scenes.", "scenes": silent}


def refused() -> dict:
    """A request that is at fault."""
    return {"scenes": [{"type": "image", "image_providr": "x"}]}


def send(stack, number: int, prefix: str) -> tuple:
    """Sends a task in one of the ways that apps use; returns (its id, its film's name).

    With an id of the app's; without one, so that the message's id is the task's; twice; and by a pointer into the bucket.
    """
    request, queue = shape(number), stack.queue("RequestsQueue")
    name, task = request["output_filename"], f"{prefix}-{number:03}"
    way = number % 4
    if way == 1:
        return stack.sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(request))["MessageId"], name
    body = json.dumps(request | {"task_id": task})
    if way == 3:
        key = f"requests/{task}.json"
        stack.s3.put_object(Bucket=stack.bucket, Key=key, Body=body.encode())
        body = json.dumps({"request_url": f"s3://{stack.bucket}/{key}"})
        # The pointer names no id, so the message's is the task's, unless the request itself has one, as here.
    for _ in range(2 if way == 2 else 1):
        stack.sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=prefix)
    return task, name
