//! The shape of a request: a JSON value held against the JSON Schema generated from the types.
//! A typed parser stops at its first fault; this walk finds them all. It knows the part of JSON
//! Schema (draft 2020-12) that the types use.

use serde_json::{Map, Value};

use super::fault::{Fault, join};

/// Adds every fault of `value` against `schema`.
pub(super) fn check(schema: &Value, value: &Value, faults: &mut Vec<Fault>) {
    Walk { root: schema, faults }.at("", schema, value);
}

struct Walk<'a> {
    root: &'a Value,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    fn at(&mut self, path: &str, schema: &Value, value: &Value) {
        let schema = resolve(self.root, schema);
        if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            return self.choice(path, choices, value);
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            if !allowed.contains(value) {
                let mut words: Vec<_> = allowed.iter().map(Value::to_string).collect();
                words.dedup();
                self.wrong(path, value, &words.join(", "));
            }
            return;
        }
        if !has_type(schema, value) {
            return self.wrong(path, value, &describe(self.root, schema));
        }
        match value {
            Value::Object(fields) => self.object(path, schema, fields),
            Value::Array(items) => self.array(path, schema, items),
            Value::String(text) => self.string(path, schema, text),
            Value::Number(number) => self.number(path, schema, number.as_f64().unwrap_or(f64::NAN), value),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Goes on with the one choice whose type fits; without one, says what all of them are.
    fn choice(&mut self, path: &str, choices: &[Value], value: &Value) {
        let root = self.root;
        let constant = choices.iter().filter_map(|c| resolve(root, c).get("const"));
        if constant.clone().any(|c| c == value) {
            return;
        }
        let fits = |c: &&Value| {
            let c = resolve(root, c);
            c.get("const").is_none() && (c.get("anyOf").is_some() || c.get("oneOf").is_some() || has_type(c, value))
        };
        if let Some(choice) = choices.iter().find(fits) {
            return self.at(path, choice, value);
        }
        let allowed: Vec<_> = choices.iter().map(|c| describe(root, resolve(root, c))).collect();
        self.wrong(path, value, &allowed.join(", "));
    }

    fn object(&mut self, path: &str, schema: &Value, fields: &Map<String, Value>) {
        let none = Map::new();
        let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for (name, value) in fields {
            let place = join(path, name);
            match (known.get(name), schema.get("additionalProperties")) {
                (Some(field), _) => self.at(&place, field, value),
                (None, Some(Value::Bool(false))) => self.unknown(&place, name, known),
                (None, Some(rest)) => self.at(&place, rest, value),
                (None, None) => {}
            }
        }
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                let field = known.get(name).map(|f| describe(self.root, resolve(self.root, f))).unwrap_or_default();
                self.faults.push(Fault::new(join(path, name), format!("missing; required: {field}")));
            }
        }
        if let Some(most) = bound(schema, "maxProperties").filter(|most| fields.len() as f64 > *most) {
            self.faults.push(Fault::new(path, format!("{} entries; at most {most} allowed", fields.len())));
        }
    }

    fn unknown(&mut self, place: &str, name: &str, known: &Map<String, Value>) {
        let near = nearest(name, known.keys().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean {near}?"),
            None => format!("allowed: {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
        };
        self.faults.push(Fault::new(place, format!("unknown field; {hint}")));
    }

    fn array(&mut self, path: &str, schema: &Value, items: &[Value]) {
        let (least, most) = (bound(schema, "minItems"), bound(schema, "maxItems"));
        if least.is_some_and(|least| (items.len() as f64) < least) {
            self.faults.push(Fault::new(path, format!("empty; at least {} required", least.unwrap_or_default())));
        }
        if most.is_some_and(|most| items.len() as f64 > most) {
            let most = most.unwrap_or_default();
            return self.faults.push(Fault::new(path, format!("{} items; at most {most} allowed", items.len())));
        }
        if let Some(each) = schema.get("items") {
            for (i, item) in items.iter().enumerate() {
                self.at(&format!("{path}[{i}]"), each, item);
            }
        }
    }

    fn string(&mut self, path: &str, schema: &Value, text: &str) {
        let length = text.chars().count();
        if bound(schema, "minLength").is_some_and(|least| (length as f64) < least) {
            self.faults.push(Fault::new(path, "empty text; at least one character required"));
        }
        if let Some(most) = bound(schema, "maxLength").filter(|most| length as f64 > *most) {
            self.faults.push(Fault::new(path, format!("{length} characters; at most {most} allowed")));
        }
    }

    fn number(&mut self, path: &str, schema: &Value, number: f64, value: &Value) {
        let (least, most) = (bound(schema, "minimum"), bound(schema, "maximum"));
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let allowed = match (least, most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("{least} or more"),
                (None, most) => format!("at most {}", most.unwrap_or_default()),
            };
            self.wrong(path, value, &allowed);
        }
        if let Some(bound) = bound(schema, "exclusiveMinimum").filter(|bound| number <= *bound) {
            self.wrong(path, value, &format!("more than {bound}"));
        }
    }

    fn wrong(&mut self, path: &str, value: &Value, allowed: &str) {
        self.faults.push(Fault::new(path, format!("found {}; allowed: {allowed}", found(value))));
    }
}

fn bound(schema: &Value, name: &str) -> Option<f64> {
    schema.get(name).and_then(Value::as_f64)
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(some)) => some.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn has_type(schema: &Value, value: &Value) -> bool {
    let types = types(schema);
    types.is_empty()
        || types.iter().any(|t| match (*t, value) {
            ("integer", Value::Number(n)) => n.is_u64() || n.is_i64(),
            ("object", Value::Object(_))
            | ("array", Value::Array(_))
            | ("string", Value::String(_))
            | ("number", Value::Number(_))
            | ("boolean", Value::Bool(_))
            | ("null", Value::Null) => true,
            _ => false,
        })
}

/// What a schema allows, in words.
fn describe(root: &Value, schema: &Value) -> String {
    let schema = resolve(root, schema);
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        return allowed.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        return choices.iter().map(|c| describe(root, c)).collect::<Vec<_>>().join(", ");
    }
    let word = |t| match t {
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    };
    types(schema).into_iter().map(word).collect::<Vec<_>>().join(" or ")
}

/// What was found, shortened so that a message stays readable and a data URL does not fill it.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) if text.chars().count() > 60 => {
            format!("{:?}...", text.chars().take(60).collect::<String>())
        }
        other => other.to_string(),
    }
}

/// The known name that is most like `name`, if one is close.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}
