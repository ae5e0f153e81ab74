"""Which AWS call an HTTP request is.

DynamoDB and SQS name it in `X-Amz-Target`; S3's is in method, path and query, with the bucket in the path. The service is in
the signature's scope: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import re
from urllib.parse import parse_qs, urlsplit

# Query parameters that make another call of a method: (method, parameter) -> action.
BY_PARAMETER = {
    ("POST", "uploads"): "CreateMultipartUpload",
    ("PUT", "partNumber"): "UploadPart",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "uploadId"): "ListParts",
    ("GET", "uploads"): "ListMultipartUploads",
    ("POST", "delete"): "DeleteObjects",
}


def action(method: str, target: str, headers) -> tuple:
    """(`s3`, `PutObject`), (`dynamodb`, `UpdateItem`)."""
    scope = re.search(r"Credential=[^/]*/\d{8}/[^/]*/([^/]*)/aws4_request", headers.get("Authorization", ""))
    named = headers.get("X-Amz-Target", "")
    if named:
        service = scope[1] if scope else re.sub(r"_\d+$", "", named.partition(".")[0]).lower()
        return service, named.rpartition(".")[2]
    if scope and scope[1] != "s3":
        return scope[1], method
    return "s3", _s3(method, target, headers)


def _s3(method: str, target: str, headers) -> str:
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    if named := query.get("x-id"):
        return named[0]
    for (of, parameter), found in BY_PARAMETER.items():
        if of == method and parameter in query:
            return found
    if "/" not in parts.path.strip("/"):
        bucket = {"GET": "ListObjectsV2", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
        return bucket.get(method, method)
    if method == "PUT" and "X-Amz-Copy-Source" in headers:
        return "CopyObject"
    return f"{method.title()}Object"
