//! The rotary fields of a configuration, in the older spelling (`rope_theta`, `rope_scaling`) and the newer one
//! (`rope_parameters`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rope::{Rope, Stretch};

/// Most values of a head that are turned, far above any model's: there is a frequency for each two of them before any tensor is
/// looked at, so a few bytes of configuration must not ask for more.
const WIDEST: usize = 1 << 14;

/// The fields as they are in a `config.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RopeFields {
    /// Base of the frequencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_theta: Option<f64>,
    /// How the model was stretched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_scaling: Option<Value>,
    /// Base and stretch together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rope_parameters: Option<Value>,
    /// Which part of a head is turned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_rotary_factor: Option<f64>,
    /// Positions that the model was first trained with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_max_position_embeddings: Option<usize>,
}

/// What a family knows beside the fields.
#[derive(Clone, Copy)]
pub(super) struct RopeDefaults {
    /// Width of a head.
    pub(super) head: usize,
    /// Base of the frequencies when no field gives one.
    pub(super) theta: f64,
    /// Part of a head that is turned when no field gives one.
    pub(super) partial: f64,
    /// Whether the family can turn a part of a head only.
    pub(super) partial_allowed: bool,
    /// Longest sequence.
    pub(super) positions: usize,
}

impl RopeFields {
    /// The rotation that the fields ask for.
    pub(super) fn resolve(&self, defaults: RopeDefaults) -> Result<Rope, String> {
        let (name, object) = self.object()?;
        self.resolve_object(name, &object, defaults)
    }

    /// The rotation that the entry `object` asks for, which errors call `name`, with the fields beside it.
    pub(super) fn resolve_object(
        &self,
        name: &str,
        object: &Map<String, Value>,
        defaults: RopeDefaults,
    ) -> Result<Rope, String> {
        let entry = Entry { name, object };
        let theta = entry.or_beside("rope_theta", self.rope_theta)?.unwrap_or(defaults.theta);
        if !(1.0..1e15).contains(&theta) {
            return Err("rope_theta must be at least 1 and below 1e15".to_owned());
        }
        let partial = entry.or_beside("partial_rotary_factor", self.partial_rotary_factor)?.unwrap_or(defaults.partial);
        let whole = (partial - 1.0).abs() < f64::EPSILON;
        if !whole && !defaults.partial_allowed {
            return Err("partial_rotary_factor other than 1 is not supported for this family".to_owned());
        }
        let width = if whole { defaults.head } else { part(defaults.head, partial)? };
        if width == 0 || !width.is_multiple_of(2) {
            return Err(format!("{width} values of each head are turned: their number must be even and not 0"));
        }
        if width > WIDEST {
            return Err(format!("{width} values of each head are turned, more than {WIDEST}"));
        }
        let stretch = self.stretch(&entry, width, defaults.positions)?;
        Ok(Rope::new(width, theta, &stretch))
    }

    /// The one object that holds the parameters, empty if there is none.
    pub(super) fn object(&self) -> Result<(&'static str, Map<String, Value>), String> {
        let given = |value: &Option<Value>| value.clone().filter(|v| !v.is_null());
        match (given(&self.rope_scaling), given(&self.rope_parameters)) {
            (None, None) => Ok(("rope_scaling", Map::new())),
            (Some(Value::Object(o)), None) => Ok(("rope_scaling", o)),
            (Some(a), Some(b)) if a != b => Err("rope_scaling and rope_parameters contradict each other".to_owned()),
            (_, Some(Value::Object(o))) => Ok(("rope_parameters", o)),
            _ => Err("rope_scaling and rope_parameters must be objects".to_owned()),
        }
    }

    fn stretch(&self, entry: &Entry<'_>, width: usize, positions: usize) -> Result<Stretch, String> {
        let original = || -> Result<usize, String> {
            let outer = self.original_max_position_embeddings;
            Ok(outer.or(entry.count("original_max_position_embeddings")?).unwrap_or(positions))
        };
        match entry.kind()? {
            "default" => {
                entry.only(&[])?;
                Ok(Stretch::None)
            }
            "linear" => {
                entry.only(&["factor"])?;
                Ok(Stretch::Linear(entry.required("factor")?))
            }
            "llama3" => {
                entry.only(&["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"])?;
                let (low, high) = (entry.required("low_freq_factor")?, entry.required("high_freq_factor")?);
                if low >= high {
                    return Err(format!("{}: low_freq_factor must be below high_freq_factor", entry.name));
                }
                let original =
                    u32::try_from(original()?).map_err(|_| "original_max_position_embeddings is too large")?;
                Ok(Stretch::Llama3 { factor: entry.required("factor")?, low, high, original: f64::from(original) })
            }
            "longrope" | "su" => {
                let known = ["short_factor", "long_factor", "factor", "attention_factor"];
                entry.only(&[known.as_slice(), &["original_max_position_embeddings"]].concat())?;
                let original = original()?;
                let factors = |key: &str| entry.list(key, width / 2);
                let gain = entry.long_gain(original, positions)?;
                Ok(Stretch::Long { short: factors("short_factor")?, long: factors("long_factor")?, original, gain })
            }
            other => Err(format!("{} of type '{other}' is not supported", entry.name)),
        }
    }
}

/// `head · partial`, cut to a whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and head, checked
fn part(head: usize, partial: f64) -> Result<usize, String> {
    if !(partial > 0.0 && partial < 1.0) {
        return Err("partial_rotary_factor must be above 0 and at most 1".to_owned());
    }
    Ok((u32::try_from(head).map_or(0.0, f64::from) * partial) as usize)
}

/// One object of parameters, and what to call it in errors.
struct Entry<'a> {
    name: &'a str,
    object: &'a Map<String, Value>,
}

impl Entry<'_> {
    fn kind(&self) -> Result<&str, String> {
        match (self.object.get("rope_type"), self.object.get("type")) {
            (Some(a), Some(b)) if a != b => Err(format!("{}: rope_type and type contradict each other", self.name)),
            (Some(value), _) | (None, Some(value)) => {
                value.as_str().ok_or_else(|| format!("{}: rope_type must be a name", self.name))
            }
            (None, None) if self.object.contains_key("factor") => Err(format!("{} has no rope_type", self.name)),
            (None, None) => Ok("default"),
        }
    }

    /// Refuses every key that its type gives no meaning to.
    fn only(&self, known: &[&str]) -> Result<(), String> {
        let always = ["rope_type", "type", "rope_theta", "partial_rotary_factor"];
        let mut given = self.object.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str());
        match given.find(|key| !known.contains(key) && !always.contains(key)) {
            Some(key) => Err(format!("{}.{key} is not supported", self.name)),
            None => Ok(()),
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn number(&self, key: &str) -> Result<Option<f64>, String> {
        let bad = || format!("{}.{key} must be a number above 0", self.name);
        let number = |value: &Value| value.as_f64().filter(|x| x.is_finite() && *x > 0.0).ok_or_else(bad);
        self.get(key).map(number).transpose()
    }

    fn required(&self, key: &str) -> Result<f64, String> {
        self.number(key)?.ok_or_else(|| format!("{}.{key} is missing", self.name))
    }

    fn count(&self, key: &str) -> Result<Option<usize>, String> {
        let bad = || format!("{}.{key} must be a whole number", self.name);
        let count = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(bad);
        self.get(key).map(count).transpose()
    }

    fn list(&self, key: &str, length: usize) -> Result<Vec<f64>, String> {
        let values =
            self.get(key).and_then(Value::as_array).ok_or_else(|| format!("{}.{key} is missing", self.name))?;
        let numbers: Vec<f64> = values.iter().filter_map(Value::as_f64).filter(|x| x.is_finite() && *x > 0.0).collect();
        if numbers.len() != length || values.len() != length {
            return Err(format!("{}.{key} must be {length} numbers above 0", self.name));
        }
        Ok(numbers)
    }

    /// A parameter that may be given in the object or beside it, but not differently.
    fn or_beside(&self, key: &str, beside: Option<f64>) -> Result<Option<f64>, String> {
        match (self.number(key)?, beside) {
            (Some(a), Some(b)) if a.to_bits() != b.to_bits() => Err(format!("{key} is given twice, as {a} and as {b}")),
            (inside, beside) => Ok(inside.or(beside)),
        }
    }

    /// The gain of a `longrope` model: as given, or by how much it was stretched.
    fn long_gain(&self, original: usize, positions: usize) -> Result<f64, String> {
        let count = |n: usize| u32::try_from(n).map_or(f64::MAX, f64::from);
        if original < 2 {
            return Err(format!("{}: original_max_position_embeddings must be at least 2", self.name));
        }
        let factor = self.number("factor")?.unwrap_or(count(positions) / count(original));
        let usual = if factor <= 1.0 { 1.0 } else { (1.0 + factor.ln() / count(original).ln()).sqrt() };
        Ok(self.number("attention_factor")?.unwrap_or(usual))
    }
}
