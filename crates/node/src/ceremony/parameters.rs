//! Chain parameters from `--param name=value`.

use serde_json::Value;
use types::Parameters;

use crate::exit::Failure;

/// The defaults with these changes.
///
/// # Errors
/// [`crate::exit::ExitCode::Usage`] for an unknown name, a value that is no number, a name given twice, or
/// values that would break the network: all of them at once.
pub fn parameters_from(changes: &[String]) -> Result<Parameters, Failure> {
    let mut faults = Vec::new();
    let Ok(Value::Object(mut table)) = serde_json::to_value(Parameters::default()) else {
        return Ok(Parameters::default());
    };
    let mut given = std::collections::BTreeSet::new();
    for change in changes {
        let Some((name, text)) = change.split_once('=') else {
            faults.push(format!("--param {change}: expected name=value"));
            continue;
        };
        match (table.get_mut(name), text.parse::<u64>()) {
            (None, _) => {
                let names = serde_json::to_value(Parameters::default()).ok();
                let names: Vec<_> =
                    names.iter().filter_map(Value::as_object).flat_map(|o| o.keys().cloned()).collect();
                faults.push(format!("--param {change}: no such parameter; there are {}", names.join(", ")));
            }
            (Some(_), Err(_)) => {
                faults.push(format!("--param {change}: expected a whole number, found {text:?}"))
            }
            (Some(_), Ok(_)) if !given.insert(name) => faults.push(format!("--param {name} is given twice")),
            (Some(value), Ok(number)) => *value = number.into(),
        }
    }
    match serde_json::from_value::<Parameters>(Value::Object(table)) {
        Ok(parameters) => {
            if let Err(errors) = parameters.check() {
                faults.extend(errors.iter().map(ToString::to_string));
            }
            if faults.is_empty() {
                return Ok(parameters);
            }
        }
        Err(error) => faults.push(format!("--param: {error}")),
    }
    Err(Failure::usage(faults.join("\n")))
}
