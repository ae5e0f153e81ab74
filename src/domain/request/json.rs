//! JSON as it was written. The usual parser keeps the last of two equal keys and drops the first in silence;
//! this one tells of both.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::fault::{Fault, join};

/// Reads a JSON text; every key that stands twice in its object is a fault.
///
/// # Errors
/// The text is not JSON.
pub(super) fn read(text: &str) -> Result<(Value, Vec<Fault>), serde_json::Error> {
    let mut faults = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Place { path: String::new(), faults: &mut faults }.deserialize(&mut parser)?;
    parser.end()?;
    Ok((value, faults))
}

/// The value at a place that is read next.
struct Place<'a> {
    path: String,
    faults: &'a mut Vec<Fault>,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Value, D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let place = |at: usize| format!("{}[{at}]", self.path);
        while let Some(item) = items.next_element_seed(Place { path: place(list.len()), faults: &mut *self.faults })? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let path = join(&self.path, &name);
            if fields.contains_key(&name) {
                self.faults.push(Fault::new(path.clone(), "stands twice in its object; give it once"));
            }
            fields.insert(name, entries.next_value_seed(Place { path, faults: &mut *self.faults })?);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_key_that_stands_twice_is_told_with_its_place() {
        let (value, faults) =
            read(r#"{"a": 1, "b": [{"c": 1}, {"c": 1, "d": 2, "c": 3}], "a": {"e": 1, "e": 2}}"#).unwrap();
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let twice = "stands twice in its object; give it once";
        assert_eq!(told, [format!("b[1].c: {twice}"), format!("a: {twice}"), format!("a.e: {twice}")]);
        assert_eq!(value["b"][1]["d"], 2);
    }

    #[test]
    fn all_else_is_read_as_the_usual_parser_reads_it() {
        let text = r#"{"text": "\u00e9\ud83c\udf89\n", "numbers": [0, -1, 18446744073709551615, -0.5, 1e300], "no": [null, true, {}]}"#;
        assert_eq!(read(text).unwrap(), (serde_json::from_str(text).unwrap(), Vec::new()));
        for wrong in ["", "{", "[1,]", "{} {}", "1e999", r#"{"a"}"#, "{1: 2}", &"[".repeat(200)] {
            let expected = serde_json::from_str::<serde_json::Value>(wrong).unwrap_err().to_string();
            assert_eq!(read(wrong).unwrap_err().to_string(), expected, "{wrong}");
        }
    }
}
