//! `HANSE_SECTION__KEY` overrides a setting. Other variables are ignored, also other `HANSE_` ones.

use toml::Value;

use super::{
    problem::ConfigProblem,
    settings::{Kind, SETTINGS, find},
};

/// What every variable begins with.
pub const PREFIX: &str = "HANSE_";

/// A setting that the environment overrides.
pub(super) struct Override {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) variable: String,
    pub(super) value: Value,
}

/// The overrides among these variables, and a problem for each that names no setting.
pub(super) fn overrides(
    variables: impl Iterator<Item = (String, String)>,
) -> (Vec<Override>, Vec<ConfigProblem>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for (variable, text) in variables {
        let Some((section, key)) = variable.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__"))
        else {
            continue;
        };
        let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
        let value = if section == "peers" || section == "observers" {
            Value::String(text)
        } else if let Some(setting) = find(&section, &key) {
            read(setting.kind, text)
        } else {
            problems.push(unknown(&variable, &section, &key));
            continue;
        };
        found.push(Override { section, key, variable, value });
    }
    found.sort_by(|a, b| a.variable.cmp(&b.variable));
    problems.sort_by(|a, b| a.key.cmp(&b.key));
    (found, problems)
}

/// Numbers and switches are written bare; what does not fit stays text and is judged like a value of the file.
fn read(kind: Kind, text: String) -> Value {
    match kind {
        Kind::Switch => text.parse().map_or(Value::String(text), Value::Boolean),
        Kind::Number(..) => text.parse().map_or(Value::String(text), Value::Integer),
        Kind::Text | Kind::Name | Kind::Word(_) | Kind::Listen | Kind::Address | Kind::Key => {
            Value::String(text)
        }
    }
}

fn unknown(variable: &str, section: &str, key: &str) -> ConfigProblem {
    let near = SETTINGS.iter().find(|setting| setting.key == key);
    ConfigProblem {
        file: "environment".to_owned(),
        line: None,
        key: variable.to_owned(),
        expected: "a setting of this release".to_owned(),
        found: format!("{section}.{key}"),
        cure: match near {
            Some(setting) => {
                let name = format!("{}__{}", setting.section, setting.key).to_ascii_uppercase();
                format!("did you mean {PREFIX}{name}?")
            }
            None => "unset the variable".to_owned(),
        },
    }
}
