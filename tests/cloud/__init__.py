"""The functions as AWS would run them, on one machine: AWS's own Lambda runtime interface emulator, a strict stand-in for
the SQS event source, and emulators of S3, DynamoDB and SQS.

| question | file |
|---|---|
| How are processes started, and ended without a trace? | session.py |
| Which emulators are there? | emulators.py |
| How is one function environment run, killed, frozen? | runtime.py |
| What does Lambda send a function, and how does it read the answer? | event.py, answer.py |
| Who moves messages from a queue to functions, and which faults can happen there? | driver.py, faults.py |
| What does the template say? | template.py |
| Where do the bucket, the tables and the queues come from? | stack.py |
| Which AWS calls were made, and what if one goes wrong? | calls.py, wire.py, mishaps.py |
| Who draws pictures, and counts them? | images.py |
| Do tasks survive all this? | chaos.py, with deployment.py, requests.py, watch.py, invariants.py |
| How is the real template deployed? | deployed.py |
| Is each permission needed? | permissions.py, with scenes.py |
| What do tests of the real functions have in common? | case.py |
| What becomes of bad requests, bad messages, broken stores, a full disk? | test_refused.py, test_messages.py, test_stores.py, test_disk.py |
| Is what tasks share made once, and what is damaged made anew? | test_shared.py |
| Is the speech model loaded once? | test_session.py |
| What does all this cost in calls and time? | measure.py |

Run the tests with `python -m unittest discover -s tests/cloud -t tests` and the commands with
`PYTHONPATH=tests python -m cloud.chaos --help`.
"""
