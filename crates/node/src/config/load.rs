//! From text to [`Config`]: every fault of the file and of the environment is found in one go.

use std::{ops::Range, path::Path};

use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::{Config, ConfigProblem, check, environment, problems_to_failure, settings};
use crate::{
    exit::{ExitCode, Failure},
    files,
};

/// The largest configuration that is read, in bytes.
pub const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Where a value stands, to name it in a problem.
pub(super) struct Origin<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

/// Reads and checks a configuration under the process's environment.
///
/// # Errors
/// [`ExitCode::ConfigInvalid`] with all problems; [`ExitCode::Io`].
pub fn load(path: &Path) -> Result<Config, Failure> {
    let text = files::read_text(path, CONFIG_BYTES_MAX).map_err(|failure| match failure.exit {
        ExitCode::Io if !path.exists() => {
            let message = format!("{}: no such file; `hanse init` makes a home", path.display());
            Failure::new(ExitCode::ConfigInvalid, message)
        }
        _ => failure,
    })?;
    // A variable that is not UTF-8 cannot name a setting.
    let variables =
        std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let file = path.display().to_string();
    let config = parse(&text, &file, variables).map_err(|problems| problems_to_failure(&problems))?;
    match missing(&text, &file).as_slice() {
        [] => Ok(config),
        problems => Err(problems_to_failure(problems)),
    }
}

/// Reads and checks a configuration given as text and variables.
///
/// # Errors
/// All problems, in the order of the lines.
pub fn parse(
    text: &str,
    file: &str,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Config, Vec<ConfigProblem>> {
    let origin = Origin { file, text };
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<_> = errors.iter().map(|error| origin.syntax(error)).collect();
    let mut values = defaults();
    read_document(document.get_ref(), &origin, &mut values, &mut problems);
    let (overrides, unknown) = environment::overrides(variables);
    problems.extend(unknown);
    for given in overrides {
        let at = |expected: String, found: String, cure: String| ConfigProblem {
            file: "environment".to_owned(),
            line: None,
            key: given.variable.clone(),
            expected,
            found,
            cure,
        };
        match check::value(&given.section, &given.key, &given.value) {
            Ok(()) => put(&mut values, &given.section, &given.key, given.value),
            Err(fault) => problems.push(at(fault.expected, fault.found, fault.cure)),
        }
    }
    problems.extend(check::relations(&values, &origin, document.get_ref()));
    problems.sort_by_key(|problem| problem.line);
    if !problems.is_empty() {
        return Err(problems);
    }
    // Whatever the table let through must fit the types; a difference between the two is named, not hidden.
    Value::Table(values).try_into().map_err(|error: toml::de::Error| {
        vec![origin.problem(
            None,
            "config",
            "settings of this release",
            error.message(),
            "report this message",
        )]
    })
}

/// Settings without which a home is not this node's home: a file that was cut off must not start with defaults.
const REQUIRED: [(&str, &str); 5] =
    [("node", "name"), ("node", "member"), ("p2p", "listen"), ("api", "grpc"), ("api", "http")];

/// The settings without which this is no home's configuration and which the text does not give.
#[must_use]
pub fn missing(text: &str, file: &str) -> Vec<ConfigProblem> {
    let (document, _) = DeTable::parse_recoverable(text);
    let given = |section: &str, key: &str| {
        let variable = format!("{}{}__{}", environment::PREFIX, section, key).to_uppercase();
        std::env::var_os(variable).is_some()
            || document.get_ref().get(section).is_some_and(|content| match content.get_ref() {
                DeValue::Table(table) => table.contains_key(key),
                _ => false,
            })
    };
    let absent = REQUIRED.into_iter().filter(|(section, key)| !given(section, key));
    let origin = Origin { file, text };
    let cure = "write it; `hanse config sample` shows the whole file";
    absent
        .map(|(section, key)| origin.problem(None, &format!("{section}.{key}"), "a value", "nothing", cure))
        .collect()
}

fn read_document(
    document: &DeTable<'_>,
    origin: &Origin<'_>,
    values: &mut Table,
    problems: &mut Vec<ConfigProblem>,
) {
    let known = settings::sections();
    for (name, content) in document {
        let section: &str = name.get_ref();
        let is_names = settings::NAME_TABLES.iter().any(|(table, _)| *table == section);
        if !is_names && !known.contains(&section) {
            let cure = format!("remove it; the sections are {}, peers, observers", known.join(", "));
            problems.push(origin.problem(
                Some(name.span()),
                section,
                "a section of this release",
                section,
                &cure,
            ));
            continue;
        }
        let DeValue::Table(table) = content.get_ref() else {
            let cure = format!("write [{section}] on a line of its own");
            let found = content.get_ref().type_str();
            problems.push(origin.problem(Some(name.span()), section, "a table", found, &cure));
            continue;
        };
        for (key, value) in table {
            let name: &str = key.get_ref();
            let full = format!("{section}.{name}");
            let checked = plain(value.get_ref())
                .ok_or_else(|| check::Fault::form(value.get_ref().type_str()))
                .and_then(|value| check::value(section, name, &value).map(|()| value));
            match checked {
                Ok(value) => put(values, section, name, value),
                Err(fault) => {
                    let span = if fault.about_key { key.span() } else { value.span() };
                    problems.push(origin.problem(
                        Some(span),
                        &full,
                        &fault.expected,
                        &fault.found,
                        &fault.cure,
                    ));
                }
            }
        }
    }
}

/// A value of the simple kinds that settings have.
fn plain(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Boolean(switch) => Some(Value::Boolean(*switch)),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(Value::Integer(parsed))
        }
        _ => None,
    }
}

fn defaults() -> Table {
    let mut values = Table::new();
    for setting in settings::SETTINGS {
        // Defaults are literals of this program; the sample's test reads every one.
        if let Ok(value) = DeValue::parse(setting.default)
            && let Some(value) = plain(value.get_ref())
        {
            put(&mut values, setting.section, setting.key, value);
        }
    }
    values
}

fn put(values: &mut Table, section: &str, key: &str, value: Value) {
    let table = values.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Some(table) = table.as_table_mut() {
        table.insert(key.to_owned(), value);
    }
}

impl Origin<'_> {
    /// A problem at a place of the file.
    pub(super) fn problem(
        &self,
        span: Option<Range<usize>>,
        key: &str,
        expected: &str,
        found: &str,
        cure: &str,
    ) -> ConfigProblem {
        ConfigProblem {
            file: self.file.to_owned(),
            line: span.map(|span| self.line(span.start)),
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            cure: cure.to_owned(),
        }
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigProblem {
        let line =
            error.span().map(|span| self.text.lines().nth(self.line(span.start) - 1).unwrap_or_default());
        let found: String = line.unwrap_or_default().trim().chars().take(80).collect();
        self.problem(error.span(), "toml", error.message(), &format!("{found:?}"), "mend the line")
    }

    fn line(&self, byte: usize) -> usize {
        1 + self.text.bytes().take(byte).filter(|b| *b == b'\n').count()
    }
}
