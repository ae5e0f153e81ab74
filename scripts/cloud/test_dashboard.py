"""The dashboard and the alarms name metrics that exist: a misspelt one shows nothing and never rings."""

import re
import unittest

from template import FUNCTIONS, QUEUE, dashboard, of, properties, source

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
SERVICES = {
    "AWS/Lambda": ("FunctionName", {"Errors", "Throttles", "Duration", "ConcurrentExecutions"}),
    "AWS/SQS": ("QueueName", {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}),
}
STACK = "<AWS::StackName>"
STATES = {"queued", "finished", "failed", "cancelled"}


def told() -> dict:
    """The program's metrics: name -> what they are told apart by besides the stack."""
    text = source("src/aws/metrics.rs")
    short = re.findall(r'Metric = (?:count|milliseconds)\("(\w+)", (?:None|Some\("(\w+)"\))\)', text)
    long = re.findall(r'Metric = Metric \{ name: "(\w+)", unit: "\w+", by: (?:None|Some\("(\w+)"\)) \}', text)
    return {name: by or None for name, by in short + long}


def kinds() -> set:
    """The kinds of artifacts, by which steps are told apart."""
    words = source("src/recipe/key.rs").split("const fn word", 1)[1].split("fn ", 1)[0]
    return set(re.findall(r'=> "(\w+)"', words))


def queues() -> set:
    return {f"<{queue}.QueueName>" for queue in of(QUEUE)}


def functions() -> set:
    return {f"<{logical}>" for logical in FUNCTIONS.values()}


VALUES = {"State": lambda: STATES, "Kind": kinds, "Function": functions, "QueueName": queues, "FunctionName": functions}


class Names(unittest.TestCase):
    def exists(self, namespace: str, metric: str, dimensions: dict) -> None:
        if namespace == "ProtoVideo":
            by = told()[metric]
            self.assertEqual(set(dimensions), {"Stack", by} - {None}, metric)
            self.assertEqual(dimensions.pop("Stack"), STACK)
        else:
            dimension, metrics = SERVICES[namespace]
            self.assertIn(metric, metrics)
            self.assertEqual(set(dimensions), {dimension})
        for name, value in dimensions.items():
            self.assertIn(value, VALUES[name](), f"{metric} by {name}")

    def test_the_code_is_read(self):
        self.assertIn(f"pub const ALL: [Metric; {len(told())}]", source("src/aws/metrics.rs"))
        self.assertIn('NAMESPACE: &str = "ProtoVideo"', source("src/aws/metrics.rs"))
        self.assertEqual(kinds(), {"speech", "picture", "segment", "scene", "soundtrack", "film", "poster"})
        self.assertLessEqual(STATES, {word.lower() for word in re.findall(r"^    (\w+),$", source("src/domain/task.rs"), re.M)})

    def test_every_widget_shows_what_there_is(self):
        shown = set()
        for widget in dashboard()["widgets"]:
            for row in widget["properties"].get("metrics", []):
                if isinstance(row[0], dict):
                    continue
                dimensions = [part for part in row[2:] if isinstance(part, str)]
                self.exists(row[0], row[1], dict(zip(dimensions[::2], dimensions[1::2], strict=True)))
                shown.add(row[1])
        searched = re.findall(r'MetricName="(\w+)"', str(dashboard()))
        self.assertLessEqual(set(told()), shown | set(searched))

    def test_searches_name_the_dimensions_that_there_are(self):
        for namespace, dimensions, metric in re.findall(r"SEARCH\('\{(\w+),([\w,]+)\} MetricName=\"(\w+)\"", str(dashboard())):
            self.assertEqual(namespace, "ProtoVideo")
            self.assertEqual(set(dimensions.split(",")), {"Stack", told()[metric]} - {None})

    def test_all_kinds_and_states_are_shown(self):
        text = str(dashboard())
        for value in kinds() | STATES:
            self.assertIn(f"'{value}'", text)

    def test_every_alarm_watches_what_there_is(self):
        for alarm in of("AWS::CloudWatch::Alarm"):
            found = properties(alarm)
            dimensions = {dimension["Name"]: dimension["Value"] for dimension in found["Dimensions"]}
            self.exists(found["Namespace"], found["MetricName"], dimensions)
            self.assertEqual(found["TreatMissingData"], "notBreaching")
            self.assertNotIn("AlarmActions", found)
            self.assertEqual(properties(alarm, AlarmEmail="a@example.com")["AlarmActions"], ["<AlarmTopic>"])

    def test_all_that_matters_is_watched(self):
        watched = set()
        for alarm in of("AWS::CloudWatch::Alarm"):
            found = properties(alarm)
            self.assertEqual(found["ComparisonOperator"], "GreaterThanThreshold")
            watched.add((found["MetricName"], found["Dimensions"][-1]["Value"], found["Threshold"] == 0))
        letters = {name for name in queues() if "DeadLetters" in name}
        self.assertLessEqual({("ApproximateNumberOfMessagesVisible", name, True) for name in letters}, watched)
        self.assertLessEqual({("ApproximateAgeOfOldestMessage", name, False) for name in queues() - letters}, watched)
        for metric in ("Errors", "Throttles"):
            self.assertLessEqual({(metric, name, True) for name in functions()}, watched)
        self.assertIn(("tasks", "failed", True), watched)


class Layout(unittest.TestCase):
    def test_widgets_fill_rows_and_lie_on_no_other(self):
        cells = set()
        for widget in dashboard()["widgets"]:
            self.assertLessEqual(widget["x"] + widget["width"], 24)
            own = {(x, y) for x in range(widget["x"], widget["x"] + widget["width"])
                   for y in range(widget["y"], widget["y"] + widget["height"])}
            self.assertFalse(own & cells, widget["properties"]["title"])
            cells |= own
        self.assertEqual(len(cells), 24 * (1 + max(y for _, y in cells)))

    def test_expressions_name_metrics_of_their_widget(self):
        for widget in dashboard()["widgets"]:
            options = [row[-1] for row in widget["properties"].get("metrics", []) if isinstance(row[-1], dict)]
            named = [option["id"] for option in options if "id" in option]
            self.assertEqual(len(named), len(set(named)))
            for option in options:
                # Ids begin with a small letter, functions with a capital.
                formula = re.sub(r"SEARCH\(.*\)", "", option.get("expression", ""))
                self.assertLessEqual(set(re.findall(r"\b[a-z]\w*", formula)), set(named))

    def test_the_log_query_reads_every_function_s_log(self):
        [query] = [w["properties"]["query"] for w in dashboard()["widgets"] if w["type"] == "log"]
        self.assertEqual(set(re.findall(r"SOURCE '<(\w+)>'", query)), set(of("AWS::Logs::LogGroup")))


if __name__ == "__main__":
    unittest.main()
