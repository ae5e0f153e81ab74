"""The template holds what linters do not look at: pairs of numbers, permissions, variables, what is kept and for how long."""

import re
import unittest

from template import (BUCKET, FUNCTION, FUNCTIONS, LAYER, PARAMETERS, QUEUE, RESOURCES, ROOT, TABLE, TEMPLATE, of,
                      properties, source)

DAY_S = 86_400
QUEUES = {"RequestsQueue": "RequestsDeadLetters", "RenderQueue": "RenderDeadLetters", "AssembleQueue": "AssembleDeadLetters"}
WORKERS = ("submit", "render", "assemble")
# Seconds, MB of memory, MB of disk (Lambda's own 512 where nothing is asked for), queue.
SIZES = {
    "submit": (60, 1769, 512, "RequestsQueue"),
    "render": (300, 3538, 2048, "RenderQueue"),
    "assemble": (900, 3538, 10240, "AssembleQueue"),
    "reconcile": (60, 256, 512, None),
}


class Functions(unittest.TestCase):
    def test_each_has_its_time_memory_and_disk(self):
        for name, (timeout_s, memory_mb, disk_mb, queue) in SIZES.items():
            with self.subTest(name):
                found = properties(FUNCTIONS[name])
                disk = found.get("EphemeralStorage", {"Size": 512})["Size"]
                self.assertEqual((found["Timeout"], found["MemorySize"], disk), (timeout_s, memory_mb, disk_mb))
                sources = [e["Properties"] for e in found["Events"].values() if e["Type"] == "SQS"]
                self.assertEqual([e["Queue"] for e in sources], [f"<{queue}.Arn>"] if queue else [])
        self.assertEqual(sorted(of(FUNCTION)), sorted(FUNCTIONS.values()))

    def test_each_is_built_from_its_own_crate(self):
        for name, logical in FUNCTIONS.items():
            metadata, found = RESOURCES[logical]["Metadata"], properties(logical)
            self.assertEqual(metadata, {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": name}})
            manifest = (ROOT / "infra" / found["CodeUri"] / "Cargo.toml").read_text()
            self.assertIn(f'name = "protovideo-{name}"', manifest)
            self.assertEqual(found["FunctionName"], f"<AWS::StackName>-{name}")
            self.assertEqual((found["Runtime"], found["Architectures"]), ("provided.al2023", ["x86_64"]))

    def test_messages_stay_hidden_for_six_times_the_timeout(self):
        for name in WORKERS:
            found = properties(FUNCTIONS[name])
            [event] = found["Events"].values()
            mapping = event["Properties"]
            visibility_s = RESOURCES[mapping["Queue"][1:-5]]["Properties"]["VisibilityTimeout"]
            window_s = mapping.get("MaximumBatchingWindowInSeconds", 0)
            # Literals, so that the linter compares them, too.
            self.assertIsInstance(RESOURCES[FUNCTIONS[name]]["Properties"]["Timeout"], int)
            self.assertIsInstance(visibility_s, int)
            self.assertGreaterEqual(visibility_s, 6 * found["Timeout"] + window_s)
            self.assertTrue(1 <= mapping["BatchSize"] <= 10 or window_s >= 1)
            self.assertEqual(mapping["BatchSize"], 1)
            self.assertEqual(mapping["FunctionResponseTypes"], ["ReportBatchItemFailures"])

    def test_how_many_work_at_once_is_a_parameter_within_lambda_s_bounds(self):
        for name in WORKERS:
            [event] = RESOURCES[FUNCTIONS[name]]["Properties"]["Events"].values()
            parameter = PARAMETERS[event["Properties"]["ScalingConfig"]["MaximumConcurrency"]["Ref"]]
            self.assertEqual((parameter["MinValue"], parameter["MaxValue"]), (2, 1000))

    def test_all_that_make_something_have_the_layers(self):
        for name, logical in FUNCTIONS.items():
            layers = of(LAYER) if name in WORKERS else []
            self.assertEqual(sorted(layer[1:-1] for layer in properties(logical).get("Layers", [])), sorted(layers), name)
            self.assertNotIn("Layers", properties(logical, WithLayers="false"))

    def test_each_layer_has_a_makefile_with_its_target(self):
        for layer in of(LAYER):
            self.assertEqual(RESOURCES[layer]["Metadata"]["BuildMethod"], "makefile")
            makefile = (ROOT / "infra" / properties(layer)["ContentUri"] / "Makefile").read_text()
            self.assertIn(f"build-{layer}:", makefile)

    def test_logs_are_json_and_go_one_day(self):
        for name, logical in FUNCTIONS.items():
            logging = properties(logical)["LoggingConfig"]
            group = logging["LogGroup"][1:-1]
            self.assertEqual(logging["LogFormat"], "JSON")
            # Metrics are lines without a level, which count as INFO.
            self.assertIn(logging["ApplicationLogLevel"], ("TRACE", "DEBUG", "INFO"))
            self.assertEqual(properties(group)["LogGroupName"], f"/aws/lambda/<AWS::StackName>-{name}")
        for group in of("AWS::Logs::LogGroup"):
            self.assertTrue(properties(group)["RetentionInDays"])


class Queues(unittest.TestCase):
    def test_each_has_dead_letters_of_its_own_that_outlive_it(self):
        self.assertEqual(sorted(of(QUEUE)), sorted([*QUEUES, *QUEUES.values()]))
        for queue, letters in QUEUES.items():
            found = properties(queue)
            self.assertEqual(found["RedrivePolicy"], {"deadLetterTargetArn": f"<{letters}.Arn>", "maxReceiveCount": 5})
            self.assertEqual(found["MessageRetentionPeriod"], 4 * DAY_S)
            self.assertEqual(properties(letters)["MessageRetentionPeriod"], 14 * DAY_S)

    def test_each_is_encrypted_and_refuses_plain_http(self):
        policies = {properties(policy)["Queues"][0][1:-1]: policy for policy in of("AWS::SQS::QueuePolicy")}
        self.assertEqual(sorted(policies), sorted(of(QUEUE)))
        for queue, policy in policies.items():
            self.assertTrue(properties(queue)["SqsManagedSseEnabled"])
            self.refuses_plain_http(policy, f"<{queue}.Arn>")

    def test_the_bucket_refuses_plain_http(self):
        self.refuses_plain_http("BucketPolicy", ["<Bucket.Arn>", "<Bucket.Arn>/*"])

    def refuses_plain_http(self, policy: str, resource):
        [statement] = properties(policy)["PolicyDocument"]["Statement"]
        self.assertEqual((statement["Effect"], statement["Principal"], statement["Resource"]), ("Deny", "*", resource))
        self.assertEqual(statement["Condition"], {"Bool": {"aws:SecureTransport": "false"}})
        self.assertEqual(RESOURCES[policy]["Condition"], "TlsRequired")
        self.assertEqual(PARAMETERS["RequireTls"]["Default"], "true")


class Kept(unittest.TestCase):
    def test_bucket_and_tables_outlive_the_stack(self):
        for logical in of(BUCKET) + of(TABLE):
            policies = [RESOURCES[logical].get(key) for key in ("DeletionPolicy", "UpdateReplacePolicy")]
            self.assertEqual(policies, ["Retain", "Retain"], logical)

    def test_the_bucket_is_closed_and_encrypted(self):
        found = properties("Bucket")
        self.assertEqual(set(found["PublicAccessBlockConfiguration"].values()), {True})
        self.assertEqual(len(found["PublicAccessBlockConfiguration"]), 4)
        self.assertEqual(found["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}])
        [rule] = found["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        self.assertEqual(rule["ServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})

    def test_every_prefix_has_its_days(self):
        rules = properties("Bucket", CacheDays=7, FilmDays=9)["LifecycleConfiguration"]["Rules"]
        self.assertEqual({rule["Status"] for rule in rules}, {"Enabled"})
        days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
        self.assertEqual(days, {"cache/": 7, "tasks/": 90, "films/": 9, "requests/": 7})
        [uploads] = [rule for rule in rules if "Prefix" not in rule]
        self.assertEqual(uploads["AbortIncompleteMultipartUpload"], {"DaysAfterInitiation": 1})

    def test_the_cache_s_age_is_its_days_in_hours(self):
        for days in PARAMETERS["CacheDays"]["AllowedValues"]:
            variables = properties("RenderFunction", CacheDays=days)["Environment"]["Variables"]
            self.assertEqual(variables["CACHE_MAX_AGE"], str(24 * days))

    def test_tables_have_the_keys_that_apps_rely_on(self):
        for logical, keys in (("TasksTable", ["task_id", "item"]), ("IndexTable", ["artifact"])):
            found = properties(logical)
            self.assertEqual([key["AttributeName"] for key in found["KeySchema"]], keys)
            self.assertEqual(found["BillingMode"], "PAY_PER_REQUEST")
            self.assertEqual(found["TimeToLiveSpecification"], {"AttributeName": "expires_at", "Enabled": True})
            self.assertTrue(found["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"])
            self.assertTrue(found["SSESpecification"]["SSEEnabled"])
        [index] = properties("TasksTable")["GlobalSecondaryIndexes"]
        self.assertIn(f'LIVE_INDEX: &str = "{index["IndexName"]}"', source("src/aws/task_item.rs"))
        self.assertEqual([key["AttributeName"] for key in index["KeySchema"]], ["live", "updated_ms"])


class Environment(unittest.TestCase):
    SHARED = {"PROTOVIDEO_STACK", "PROTOVIDEO_LOG", "PROTOVIDEO_BUCKET", "PROTOVIDEO_TASKS_TABLE", "PROTOVIDEO_RENDER_QUEUE",
              "PROTOVIDEO_ASSEMBLE_QUEUE"}
    MAKERS = {"PROTOVIDEO_INDEX_TABLE", "PROTOVIDEO_ASSETS", "CACHE_ENABLED", "CACHE_MAX_AGE", "IMAGE_PROVIDER",
              "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_IMAGE_MODEL", "OPENAI_IMAGE_PRICE", "SLOW_STEP_THRESHOLD"}
    NEEDED = {
        "submit": SHARED | MAKERS | {"PROTOVIDEO_REQUESTS_QUEUE", "PROTOVIDEO_INPUT_BUCKETS", "PROTOVIDEO_RENDER_MEMORY",
                                     "TASK_DEADLINE", "PREFETCH_PICTURES"},
        "render": SHARED | MAKERS | {"PREFETCH_PICTURES"},
        "assemble": SHARED | MAKERS,
        "reconcile": SHARED | {"PROTOVIDEO_DEAD_LETTERS"},
    }
    ALL = {"ImagesApiKeySecret": "images", "ImagesApiUrl": "https://images.example/v1", "ImagesApiModel": "m",
           "ImagesApiPrice": "0.04", "InputBuckets": ["one", "two"]}

    def test_each_function_has_what_it_needs(self):
        for name, needed in self.NEEDED.items():
            variables = properties(FUNCTIONS[name], **self.ALL)["Environment"]["Variables"]
            self.assertEqual(set(variables), needed, name)

    def test_the_program_reads_each_of_them(self):
        read = set(re.findall(r'"([A-Z][A-Z_]+)"', source("src/config.rs") + source("src/config/cloud.rs")))
        self.assertLessEqual(set().union(*self.NEEDED.values()), read)
        clouds = set(re.findall(r'"(PROTOVIDEO_[A-Z_]+)"', source("src/config/cloud.rs")))
        self.assertEqual(clouds - set().union(*self.NEEDED.values()), set())

    def test_nothing_is_set_to_nothing(self):
        for logical in FUNCTIONS.values():
            for parameters in ({}, self.ALL):
                variables = properties(logical, **parameters)["Environment"]["Variables"]
                self.assertNotIn("", [str(value).strip() for value in variables.values()])

    def test_the_key_stays_in_its_secret(self):
        found = properties("RenderFunction", **self.ALL)["Environment"]["Variables"]
        self.assertEqual(found["OPENAI_API_KEY"], "{{resolve:secretsmanager:images}}")
        self.assertNotIn("OPENAI_API_KEY", properties("RenderFunction")["Environment"]["Variables"])


class Outputs(unittest.TestCase):
    def test_apps_and_the_command_line_find_what_they_need(self):
        names = {"RequestsQueueUrl", "TasksTableName", "BucketName", "DashboardUrl", "RenderQueueUrl", "AssembleQueueUrl",
                 "IndexTableName", "DeadLetterQueueUrls", "Environment"}
        self.assertEqual(set(TEMPLATE["Outputs"]), names)
        environment = TEMPLATE["Outputs"]["Environment"]["Value"]["Fn::Sub"]
        self.assertNotIn("\n", environment)
        variables = [part.split("=")[0] for part in environment.split()]
        clouds = re.findall(r'"(PROTOVIDEO_[A-Z_]+)"', source("src/config/cloud.rs"))
        others = {"PROTOVIDEO_INPUT_BUCKETS", "PROTOVIDEO_STACK"}
        self.assertEqual(sorted(variables), sorted(set(clouds) - others))


if __name__ == "__main__":
    unittest.main()
