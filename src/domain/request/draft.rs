//! A request as it came: as much of it as can be read, and all that is wrong with it.

use std::collections::HashSet;

use serde::Deserialize as _;
use serde_json::Value;

use super::fault::{Fault, Faults};
use super::styles::canonical;
use super::{Origin, Request, Scene, Voice, VoiceSpec, json, rules, shape};

/// A request that was held against its schema and its rules. One that is at fault still says what it wants spoken and
/// drawn, so that the voices, texts and providers that it names can be looked at too, and all faults are one answer.
#[derive(Clone, Debug)]
pub struct Draft {
    request: Request,
    faults: Vec<Fault>,
}

impl Draft {
    /// Reads a request's JSON.
    pub fn read(json: &str, origin: Origin) -> Self {
        match json::read(json) {
            Ok((value, twice)) => Self::judge(&value, origin, twice),
            Err(error) => Self { request: Request::default(), faults: vec![Fault::unreadable(&error)] },
        }
    }

    /// The same for JSON that was read already.
    pub fn of(value: &Value, origin: Origin) -> Self {
        Self::judge(value, origin, Vec::new())
    }

    fn judge(value: &Value, origin: Origin, mut faults: Vec<Fault>) -> Self {
        shape::check(&Request::schema(), value, &mut faults);
        let scenes = scenes(value, &faults);
        rules::check(value, scenes, origin, &mut faults);
        if faults.is_empty() {
            match Request::deserialize(value) {
                Ok(request) => return Self { request, faults },
                Err(error) => faults.push(Fault::new("", error.to_string())),
            }
        }
        Self { request: salvage(value, scenes, &faults), faults }
    }

    /// The request; of one that is at fault, what could be read.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// What is wrong with it, as far as can be seen without I/O.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The request, if nothing is wrong with it.
    ///
    /// # Errors
    /// All that is.
    pub fn whole(self) -> Result<Request, Faults> {
        if self.faults.is_empty() { Ok(self.request) } else { Err(Faults::new(self.faults)) }
    }
}

/// The scenes; none where the list itself is at fault, such as a list of a million.
fn scenes<'v>(film: &'v Value, faults: &[Fault]) -> &'v [Value] {
    let listed = film.get("scenes").and_then(Value::as_array);
    listed.filter(|_| !faults.iter().any(|fault| fault.path == "scenes")).map_or(&[], Vec::as_slice)
}

/// What a request at fault wants spoken and drawn, without the fields that are at fault themselves.
fn salvage(film: &Value, scenes: &[Value], faults: &[Fault]) -> Request {
    let sound = Sound { at_fault: faults.iter().map(|fault| fault.path.as_str()).collect() };
    let entries = film.get("pronunciations").and_then(Value::as_object).into_iter().flatten();
    Request {
        task_id: sound.text("", film, "task_id"),
        narration_text: sound.text("", film, "narration_text"),
        voice: sound.voice("", film),
        pronunciations: entries
            .filter_map(|(word, how)| Some((word.clone(), how.as_str()?.to_owned())))
            .filter(|(word, _)| !sound.at_fault.contains(format!("pronunciations.{word}").as_str()))
            .collect(),
        scenes: scenes.iter().enumerate().map(|(i, scene)| sound.scene(&format!("scenes[{i}]."), scene)).collect(),
        ..Request::default()
    }
}

/// Reads what is not at fault.
struct Sound<'a> {
    at_fault: HashSet<&'a str>,
}

impl Sound<'_> {
    /// A field under its own or another name.
    fn field<'v>(&self, prefix: &str, fields: &'v Value, name: &str) -> Option<&'v Value> {
        let (sent, value) = fields.as_object()?.iter().find(|(sent, _)| canonical(sent) == name)?;
        (!self.at_fault.contains(format!("{prefix}{sent}").as_str())).then_some(value)
    }

    fn text(&self, prefix: &str, fields: &Value, name: &str) -> Option<String> {
        Some(self.field(prefix, fields, name)?.as_str()?.to_owned())
    }

    fn voice(&self, prefix: &str, fields: &Value) -> Option<Voice> {
        let voice = self.field(prefix, fields, "voice").filter(|voice| !voice.is_null())?;
        if let Some(name) = voice.as_str() {
            return Some(Voice::Name(name.to_owned()));
        }
        let part = |name| self.text(&format!("{prefix}voice."), voice, name);
        Some(Voice::Spec(VoiceSpec {
            engine: part("engine"),
            name: part("name"),
            speed: None,
            language: part("language"),
        }))
    }

    fn scene(&self, prefix: &str, scene: &Value) -> Scene {
        let text = |name| self.text(prefix, scene, name);
        let image = text("image");
        // A scene without a picture counts as drawn, so that whoever was to draw it is looked at.
        let drawn = image.is_none().then(String::new);
        Scene {
            prompt_image: text("promptImage").or(drawn),
            image,
            image_provider: text("image_provider"),
            narration_text: text("narration_text"),
            voice: self.voice(prefix, scene),
            ..Scene::default()
        }
    }
}
