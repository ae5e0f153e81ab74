//! `DynamoDB`'s attributes and ours. Results and errors become maps of their own types, so that an app reads
//! `result.s3_key` without parsing anything.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Number, Value};

/// An item's attributes by name.
pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

pub(super) fn number_of<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok())
}

/// Milliseconds since 1970 as ISO 8601, in UTC.
pub(super) fn iso(ms: u64) -> AttributeValue {
    let at = DateTime::from_millis(ms.cast_signed());
    text(at.fmt(Format::DateTime).unwrap_or_default())
}

/// JSON as attributes of its own types.
pub(super) fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(value) => number(value),
        Value::String(value) => text(value),
        Value::Array(values) => AttributeValue::L(values.iter().map(attribute).collect()),
        Value::Object(values) => {
            AttributeValue::M(values.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
        }
    }
}

/// Attributes as JSON; those of types that JSON lacks as `null`.
pub(super) fn value(attribute: &AttributeValue) -> Value {
    match attribute {
        AttributeValue::Bool(flag) => Value::Bool(*flag),
        AttributeValue::N(digits) => digits.parse::<Number>().map_or(Value::Null, Value::Number),
        AttributeValue::S(value) => Value::String(value.clone()),
        AttributeValue::L(values) => Value::Array(values.iter().map(value).collect()),
        AttributeValue::M(values) => {
            Value::Object(values.iter().map(|(name, of)| (name.clone(), value(of))).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_comes_back_as_it_was() {
        let all = json!({"a": [1, -2, 4.5, 1e-7], "b": {"c": null, "d": true}, "e": "", "f": u64::MAX});
        assert_eq!(value(&attribute(&all)), all);
    }

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(iso(1_800_000_000_123), text("2027-01-15T08:00:00.123Z"));
    }
}
