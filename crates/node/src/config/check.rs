//! What each value must be, and what must hold between values.

use std::net::SocketAddr;

use toml::{Table, Value, de::DeTable};
use types::{PublicKey, genesis::is_name};

use super::{
    ConfigProblem,
    load::Origin,
    settings::{Kind, SETTINGS, find},
};
use crate::keys::KeySource;

/// What is wrong with one value.
pub(super) struct Fault {
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) cure: String,
    /// The key's place is the one to show, not the value's.
    pub(super) about_key: bool,
}

impl Fault {
    fn new(expected: impl Into<String>, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), cure: cure.into(), about_key: false }
    }

    /// A date, list, table or number beyond 64 bits: no setting has such a value.
    pub(super) fn form(found: &str) -> Self {
        Self::new(
            "a text, a whole number, true or false",
            format!("a value of kind {found}"),
            "see the sample config.toml",
        )
    }
}

/// Judges one value by itself.
pub(super) fn value(section: &str, key: &str, value: &Value) -> Result<(), Fault> {
    match section {
        "peers" => node_name(key).and_then(|()| address(value, false)),
        "observers" => node_name(key).and_then(|()| node_key(value)),
        _ => match find(section, key) {
            Some(setting) => of_kind(setting.kind, value, setting.default),
            None => Err(unknown(section, key)),
        },
    }
}

fn of_kind(kind: Kind, value: &Value, default: &str) -> Result<(), Fault> {
    let cure = format!("write for example {default}");
    match kind {
        Kind::Text => text(value, "a text in quotes", &cure).map(drop),
        Kind::Name => {
            let name = text(value, "a name in quotes", &cure)?;
            if is_name(name) {
                Ok(())
            } else {
                Err(Fault::new("1 to 64 of a-z 0-9 - _ .", quoted(name), cure))
            }
        }
        Kind::Word(words) => {
            let expected = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" or ");
            let word = text(value, &expected, &cure)?;
            if words.contains(&word) { Ok(()) } else { Err(Fault::new(expected, quoted(word), cure)) }
        }
        Kind::Switch if value.is_bool() => Ok(()),
        Kind::Switch => Err(Fault::new("true or false", shown(value), cure)),
        Kind::Number(low, high) => {
            let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
            match number {
                Some(number) if (low..=high).contains(&number) => Ok(()),
                _ => Err(Fault::new(format!("a whole number from {low} to {high}"), shown(value), cure)),
            }
        }
        Kind::Listen => {
            let listen = text(value, "\"IP:PORT\" in quotes", &cure)?;
            match listen.parse::<SocketAddr>() {
                Ok(_) => Ok(()),
                Err(_) => Err(Fault::new("IP:PORT to listen on", quoted(listen), cure)),
            }
        }
        Kind::Address => address(value, true),
        Kind::Key => {
            let source = text(value, "a path in quotes", &cure)?;
            source
                .parse::<KeySource>()
                .map(drop)
                .map_err(|error| Fault::new(error.to_string(), quoted(source), cure))
        }
    }
}

/// Judges what must hold between values.
pub(super) fn relations(values: &Table, origin: &Origin<'_>, document: &DeTable<'_>) -> Vec<ConfigProblem> {
    let mut problems = Vec::new();
    let get = |section: &str, key: &str| values.get(section).and_then(|table| table.get(key));
    let span = |section: &str, key: &str| {
        let table = document.get(section)?.get_ref().as_table()?;
        table.get(key).map(toml::Spanned::span)
    };
    let insecure = get("api", "insecure").and_then(Value::as_bool).unwrap_or(false);
    let listeners = [("p2p", "listen"), ("api", "grpc"), ("api", "http")];
    let address_of = |(section, key): (&str, &str)| {
        get(section, key).and_then(Value::as_str).and_then(|text| text.parse::<SocketAddr>().ok())
    };
    for listener @ (section, key) in listeners {
        let Some(address) = address_of(listener) else { continue };
        let name = format!("{section}.{key}");
        if section == "api" && !address.ip().is_loopback() && !insecure {
            let cure =
                "listen on 127.0.0.1 behind a TLS proxy, or set api.insecure = true to accept plaintext";
            let expected = "a loopback address, since this side is plaintext";
            problems.push(origin.problem(span(section, key), &name, expected, &address.to_string(), cure));
        }
        let taken = listeners.iter().take_while(|other| **other != listener).find(|other| {
            address.port() != 0 && address_of(**other).is_some_and(|other| other.port() == address.port())
        });
        if let Some((other_section, other_key)) = taken {
            let expected = format!("a port that {other_section}.{other_key} does not use");
            let found = address.to_string();
            problems.push(origin.problem(
                span(section, key),
                &name,
                &expected,
                &found,
                "choose another port",
            ));
        }
    }
    problems
}

fn unknown(section: &str, key: &str) -> Fault {
    let elsewhere = SETTINGS.iter().find(|setting| setting.key == key);
    let cure = match elsewhere {
        Some(setting) => format!("move it to [{}]", setting.section),
        None => {
            let keys: Vec<_> = SETTINGS.iter().filter(|s| s.section == section).map(|s| s.key).collect();
            format!("remove it; [{section}] has {}", keys.join(", "))
        }
    };
    Fault { about_key: true, ..Fault::new("a setting of this release", quoted(key), cure) }
}

fn node_name(key: &str) -> Result<(), Fault> {
    if is_name(key) {
        return Ok(());
    }
    let fault =
        Fault::new("a node's name: 1 to 64 of a-z 0-9 - _ .", quoted(key), "use the name in genesis.json");
    Err(Fault { about_key: true, ..fault })
}

fn address(value: &Value, may_be_empty: bool) -> Result<(), Fault> {
    let expected = "\"HOST:PORT\"";
    let cure = "write for example \"10.0.0.5:26600\" or \"node.example.org:26600\"";
    let text = text(value, expected, cure)?;
    if (may_be_empty && text.is_empty()) || is_address(text) {
        return Ok(());
    }
    Err(Fault::new(expected, quoted(text), cure))
}

/// `HOST:PORT` with a DNS name, an IPv4 address or an IPv6 address in brackets.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let port_good =
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_good = match v6 {
        Some(inside) => inside.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            (1..=253).contains(&host.len())
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        }
    };
    port_good && host_good
}

fn node_key(value: &Value) -> Result<(), Fault> {
    let expected = "a node key, 64 hexadecimal digits";
    let cure = "`hanse init` and `hanse testnet` print it";
    let text = text(value, expected, cure)?;
    match text.parse::<PublicKey>() {
        Ok(key) if key.is_usable() => Ok(()),
        Ok(_) | Err(_) => Err(Fault::new(expected, quoted(text), cure)),
    }
}

fn text<'v>(value: &'v Value, expected: &str, cure: &str) -> Result<&'v str, Fault> {
    value.as_str().ok_or_else(|| Fault::new(expected, shown(value), cure))
}

fn shown(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    format!("{short:?}")
}
