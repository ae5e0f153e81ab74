//! Canonical JSON: one text for one value, after RFC 8785. Keys are sorted, nothing is spaced, and numbers
//! are integers: a float has many spellings, so none may stand in a recipe.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical JSON.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is not an integer.
    #[error("a recipe holds {0}, which is not an integer")]
    Float(String),
    /// The value cannot be written as JSON at all.
    #[error("a recipe cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The canonical JSON of a value.
///
/// # Errors
/// Where a number is not an integer.
pub fn to_canonical(value: &impl Serialize) -> Result<String, CanonicalError> {
    let mut out = String::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
        Value::Number(number) if number.is_u64() || number.is_i64() => out.push_str(&number.to_string()),
        Value::Number(number) => return Err(CanonicalError::Float(number.to_string())),
        Value::String(text) => out.push_str(&serde_json::to_string(text)?),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            // RFC 8785 sorts by UTF-16 code units, which is not the order of bytes beyond the first plane.
            fields.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (i, (name, field)) in fields.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(name)?);
                out.push(':');
                write(field, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::to_canonical;

    #[test]
    fn keys_are_sorted_and_nothing_is_spaced() {
        let value = json!({"b": [1, -2, null], "a": {"é": "\"\u{1}\n", "Z": true}});
        assert_eq!(to_canonical(&value).unwrap(), r#"{"a":{"Z":true,"é":"\"\u0001\n"},"b":[1,-2,null]}"#);
    }

    #[test]
    fn floats_are_refused() {
        assert_eq!(
            to_canonical(&json!({"a": 0.5})).unwrap_err().to_string(),
            "a recipe holds 0.5, which is not an integer"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_order_of_fields_changes_nothing(mut fields in prop::collection::vec(("\\PC{0,8}", any::<i64>()), 0..12)) {
            fields.sort();
            fields.dedup_by(|a, b| a.0 == b.0);
            let object = |fields: &[(String, i64)]| json!(fields.iter().cloned().collect::<std::collections::HashMap<_, _>>());
            let forward = to_canonical(&object(&fields)).unwrap();
            fields.reverse();
            prop_assert_eq!(&to_canonical(&object(&fields)).unwrap(), &forward);
            let back: serde_json::Value = serde_json::from_str(&forward).unwrap();
            prop_assert_eq!(back, object(&fields));
        }
    }
}
