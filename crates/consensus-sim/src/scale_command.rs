//! `sim scale`: predicts throughput and latency, see `docs/scaling.md`.

use std::{path::PathBuf, process::ExitCode};

use consensus_sim::scale::{
    Costs, Load, Machines, Plan, Prediction,
    costs::{MEASURED, SECOND},
    places::Places,
    predict,
    rows::{HEAD, Row, draw},
};

const USAGE: &str = "usage: sim scale [--validators 4,16] [--link 100M,1G,10G] [--places lan,wan,machine] [--rate max|half|N] \
                     [--cores 8 | --shared 2] [--warmup SECONDS] [--window SECONDS] [--cost NAME=NANOSECONDS]... \
                     [--csv FILE] [--plots DIR] [--details]
half: max, then half of that. --csv: goes on with what is in the file. --plots: draws what is in the file.";

/// Runs every combination of what the words name.
pub fn run(words: impl Iterator<Item = String>) -> ExitCode {
    let Some(arguments) = read(words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match sweep(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn sweep(arguments: &Arguments) -> std::io::Result<()> {
    let mut rows = match &arguments.csv {
        Some(file) if file.exists() => std::fs::read_to_string(file)?.lines().filter_map(Row::read).collect(),
        Some(_) | None => Vec::new(),
    };
    println!(
        "{:>10} {:>6} {:>8} {:>9} {:>8} {:>8} {:>7} {:>9} {:>9} {:>7} {:>8} {:>6}  limit",
        "validators",
        "places",
        "Mbit/s",
        "per s",
        "p50 ms",
        "p99 ms",
        "us CPU",
        "B primary",
        "B backup",
        "blocks",
        "batches",
        "views"
    );
    for plan in plans(arguments) {
        let load = arguments.rate.map_or("max".to_owned(), |rate| rate.to_string());
        let found = one(arguments, &plan, &load, &mut rows)?;
        if arguments.half {
            let plan = Plan { load: Load::Rate(found / 2.0), ..plan };
            one(arguments, &plan, "half", &mut rows)?;
        }
    }
    if let Some(folder) = &arguments.plots {
        std::fs::create_dir_all(folder)?;
        for (name, svg) in draw(&rows) {
            std::fs::write(folder.join(name), svg)?;
        }
    }
    Ok(())
}

fn plans(arguments: &Arguments) -> Vec<Plan> {
    let mut plans = Vec::new();
    for places in &arguments.places {
        for link in &arguments.links {
            for validators in &arguments.validators {
                let plan = Plan::new(*validators);
                plans.push(Plan {
                    link: *link,
                    places: *places,
                    machines: arguments.machines,
                    load: arguments.rate.map_or(Load::Most(places.patience()), Load::Rate),
                    warmup: arguments.warmup.unwrap_or(plan.warmup),
                    window: arguments.window.unwrap_or(plan.window),
                    costs: arguments.costs.clone(),
                    ..plan
                });
            }
        }
    }
    plans
}

/// Transactions per second under this plan, from the file or predicted.
fn one(arguments: &Arguments, plan: &Plan, load: &str, rows: &mut Vec<Row>) -> std::io::Result<f64> {
    if let Some(row) = rows.iter().find(|row| row.is_of(plan, load)) {
        return Ok(row.per_second);
    }
    let none = || std::io::Error::other(format!("{} validators form no set", plan.validators));
    let prediction = predict(plan).ok_or_else(none)?;
    print(plan, &prediction, arguments.details);
    rows.push(Row::new(plan, load, &prediction));
    if let Some(file) = &arguments.csv {
        let lines: Vec<String> = rows.iter().map(Row::line).collect();
        std::fs::write(file, format!("{HEAD}\n{}\n", lines.join("\n")))?;
    }
    Ok(prediction.throughput)
}

fn print(plan: &Plan, prediction: &Prediction, details: bool) {
    let ms = |latency: Option<f64>| latency.map_or("-".to_owned(), |ms| format!("{ms:.1}"));
    println!(
        "{:>10} {:>6} {:>8} {:>9.0} {:>8} {:>8} {:>7.1} {:>9.0} {:>9.0} {:>7.1} {:>8.0} {:>6}  {} {:.0} %",
        plan.validators,
        plan.places.name(),
        plan.link / 1_000_000,
        prediction.throughput,
        ms(prediction.p50_ms),
        ms(prediction.p99_ms),
        prediction.cpu_us,
        prediction.bytes_sent.0,
        prediction.bytes_sent.1,
        prediction.blocks,
        prediction.batches,
        prediction.view_changes,
        prediction.limit.name,
        prediction.limit.share * 100.0
    );
    if details {
        for (name, us) in &prediction.cpu_us_by_lane {
            println!("           {us:>8.1} us  {name}");
        }
        for limit in &prediction.shares {
            println!("           {:>8.1} %   {}", limit.share * 100.0, limit.name);
        }
    }
}

struct Arguments {
    validators: Vec<usize>,
    links: Vec<u64>,
    places: Vec<Places>,
    machines: Machines,
    rate: Option<f64>,
    half: bool,
    warmup: Option<u64>,
    window: Option<u64>,
    csv: Option<PathBuf>,
    plots: Option<PathBuf>,
    costs: Costs,
    details: bool,
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments {
        validators: vec![4],
        links: vec![1_000_000_000],
        places: vec![Places::Lan],
        machines: Machines::Own(8),
        rate: None,
        half: false,
        warmup: None,
        window: None,
        csv: None,
        plots: None,
        costs: MEASURED,
        details: false,
    };
    while let Some(word) = words.next() {
        if word == "--details" {
            arguments.details = true;
            continue;
        }
        let value = words.next()?;
        match word.as_str() {
            "--validators" => arguments.validators = list(&value, |one| one.parse().ok())?,
            "--link" => arguments.links = list(&value, bits)?,
            "--places" => arguments.places = list(&value, place)?,
            "--rate" if value == "max" => arguments.rate = None,
            "--rate" if value == "half" => arguments.half = true,
            "--rate" => arguments.rate = Some(value.parse().ok()?),
            "--cores" => arguments.machines = Machines::Own(value.parse().ok()?),
            "--shared" => arguments.machines = Machines::Shared(value.parse().ok()?),
            "--warmup" => arguments.warmup = Some(value.parse::<u64>().ok()? * SECOND),
            "--window" => arguments.window = Some(value.parse::<u64>().ok()? * SECOND),
            "--csv" => arguments.csv = Some(value.into()),
            "--plots" => arguments.plots = Some(value.into()),
            "--cost" => {
                let (name, cost) = value.split_once('=')?;
                *arguments.costs.by_name(name)? = cost.parse().ok()?;
            }
            _ => return None,
        }
    }
    Some(arguments)
}

fn list<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(read).collect()
}

/// Bits per second, such as 100M or 10G.
fn bits(value: &str) -> Option<u64> {
    let (number, unit) = value.split_at(value.len().checked_sub(1)?);
    let factor = match unit {
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok().filter(|number| *number > 0).map(|number| number * factor)
}

fn place(value: &str) -> Option<Places> {
    [Places::Machine, Places::Lan, Places::Wan]
        .into_iter()
        .find(|place| place.name().eq_ignore_ascii_case(value))
}
