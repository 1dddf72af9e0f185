//! Writing `config.toml`: every setting with its comment and a value.

use std::{collections::BTreeMap, fmt::Write as _};

use super::settings::{NAME_TABLES, SETTINGS, section_comment, sections};

/// Values that differ from the defaults, and the tables of names.
#[derive(Debug, Clone, Default)]
pub struct Values {
    settings: BTreeMap<(String, String), String>,
    /// Validator name -> `host:port`.
    pub peers: BTreeMap<String, String>,
    /// Observer name -> node key in hex.
    pub observers: BTreeMap<String, String>,
}

impl Values {
    /// Sets a text.
    pub fn text(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        self.raw(section, key, quote(value))
    }

    /// Sets a switch.
    pub fn switch(&mut self, section: &str, key: &str, value: bool) -> &mut Self {
        self.raw(section, key, value.to_string())
    }

    fn raw(&mut self, section: &str, key: &str, value: String) -> &mut Self {
        self.settings.insert((section.to_owned(), key.to_owned()), value);
        self
    }
}

/// The sample with all defaults.
#[must_use]
pub fn sample() -> String {
    render(&Values::default())
}

/// A whole `config.toml` with these values.
#[must_use]
pub fn render(values: &Values) -> String {
    let mut text = String::from(
        "# Settings of one Hanse node. Every setting is here with its value; unknown keys are errors.\n\
         # HANSE_SECTION__KEY in the environment (double underscore) overrides a setting.\n\
         # `hanse config check --home DIR` says what is wrong. Whatever affects agreement is a chain parameter\n\
         # in genesis.json, not a setting.\n",
    );
    for section in sections() {
        let _ = write!(text, "\n# {}\n[{section}]\n", section_comment(section));
        for setting in SETTINGS.iter().filter(|setting| setting.section == section) {
            let name = (section.to_owned(), setting.key.to_owned());
            let value = values.settings.get(&name).map_or(setting.default, String::as_str);
            let _ = writeln!(text, "# {}\n{} = {value}", setting.comment, setting.key);
        }
    }
    for ((section, comment), names) in NAME_TABLES.iter().zip([&values.peers, &values.observers]) {
        let _ = write!(text, "\n# {comment}\n[{section}]\n");
        for (name, value) in names {
            let _ = writeln!(text, "{} = {}", quote(name), quote(value));
        }
    }
    text
}

/// A TOML basic string.
fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
