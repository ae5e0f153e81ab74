"""A function for tests that does what its messages say; the smallest client of Lambda's Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Every event is added to the file `SEEN`, a line each. A
message's body is JSON: `say` is the answer as it stands (`$ID` is the first message's id), `sleep` seconds, `die`, `raise`,
`leave` a process behind, `fail` until that many deliveries are over.
"""

import json
import os
import subprocess
import time
import urllib.request

API = f"http://{os.environ.get('AWS_LAMBDA_RUNTIME_API')}/2018-06-01/runtime/invocation"


def handle(event: dict) -> str:
    failed = []
    for record in event["Records"]:
        orders = json.loads(record["body"])
        time.sleep(orders.get("sleep", 0))
        if "die" in orders:
            os._exit(orders["die"])
        if "raise" in orders:
            raise RuntimeError(orders["raise"])
        if "leave" in orders:
            subprocess.Popen(["sleep", str(orders["leave"])], start_new_session=False, process_group=0)
        if int(record["attributes"]["ApproximateReceiveCount"]) <= orders.get("fail", 0):
            failed.append({"itemIdentifier": record["messageId"]})
        if "say" in orders:
            return orders["say"].replace("$ID", event["Records"][0]["messageId"])
    return json.dumps({"batchItemFailures": failed})


def main() -> None:
    while True:
        with urllib.request.urlopen(f"{API}/next") as request:
            identifier, event = request.headers["Lambda-Runtime-Aws-Request-Id"], json.load(request)
        with open(os.environ["SEEN"], "a") as seen:
            seen.write(json.dumps(event) + "\n")
        try:
            path, answer = "response", handle(event)
        except RuntimeError as error:
            path, answer = "error", json.dumps({"errorType": "Scripted", "errorMessage": str(error)})
        urllib.request.urlopen(urllib.request.Request(f"{API}/{identifier}/{path}", answer.encode())).read()


if __name__ == "__main__":
    main()
