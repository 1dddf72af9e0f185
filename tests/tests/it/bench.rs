//! `hanse bench` measures a network of its own, writes its files, and leaves nothing behind.

use std::{fs, path::Path, process::Command};

use e2e::{command::binary, hanse};
use serde_json::Value;

#[test]
fn n4f1_a_short_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let answer = hanse(&[
        "bench",
        "--validators",
        "4",
        "--rate",
        "200",
        "--duration",
        "3",
        "--warmup",
        "1",
        "--accounts",
        "64",
        "--seed",
        "7",
        "--output",
        output.to_str().unwrap(),
    ]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let text = fs::read_to_string(output.join("results.json")).unwrap();
    let results: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(results, answer.json);
    assert_eq!(results["version"], 1);
    assert_eq!(results["runs"].as_array().unwrap().len(), 1);
    let run = &results["runs"][0];
    assert_eq!((run["validators"].as_u64(), run["duration_s"].as_f64()), (Some(4), Some(3.0)));
    assert_eq!(run["offered_tps"], 200.0);
    // However slow the machine is: each of the 600 has one fate.
    let count = |name: &str| run[name].as_u64().unwrap();
    let lost = count("failed") + count("refused") + count("timed_out") + count("expired");
    assert_eq!(count("failed"), 0, "{text}");
    assert!(run["committed_tps"].as_f64().unwrap() > 0.0, "{lost} lost: {text}");
    for figure in [
        "cpu_us_per_tx_per_validator",
        "cpu_us_per_tx_client",
        "rss_mb_max",
        "disk_bytes_per_tx",
        "ceiling_tps",
        "fraction_of_ceiling",
    ] {
        assert!(run[figure].as_f64().unwrap() > 0.0, "{figure}: {text}");
    }
    for stage in ["verify", "consensus", "execute", "network_api"] {
        assert!(run["cpu_us_per_tx_by_stage"][stage].as_f64().unwrap() > 0.0, "{stage}: {text}");
    }
    assert!(run["machine"]["cores"].as_u64().unwrap() > 0);
    let csv = fs::read_to_string(output.join("results.csv")).unwrap();
    assert_eq!(csv.lines().count(), 2);
    assert!(fs::read_to_string(output.join("report.html")).unwrap().contains("<svg"));
    let mut left: Vec<_> = fs::read_dir(&output).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["report.html", "results.csv", "results.json"], "the nodes' files are gone");
    assert_eq!(processes_of(&output), Vec::<String>::new());
}

#[test]
fn an_interrupted_measurement_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let arguments = ["bench", "--rate", "50", "--duration", "600", "--accounts", "16", "--output"];
    let mut bench = Command::new(binary())
        .args(arguments)
        .arg(&output)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    e2e::until("four nodes", e2e::cluster::PATIENCE, || {
        let found = processes_of(&output);
        if found.len() == 4 { Ok(()) } else { Err(format!("{found:?}")) }
    });
    let pid = bench.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(bench.wait().unwrap().code(), Some(1));
    e2e::until("no node", e2e::cluster::PATIENCE, || {
        let found = processes_of(&output);
        if found.is_empty() { Ok(()) } else { Err(format!("{found:?}")) }
    });
}

/// Command lines of processes that name a directory.
fn processes_of(directory: &Path) -> Vec<String> {
    let wanted = directory.to_str().unwrap();
    let own = std::process::id().to_string();
    let command_line = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let bytes = fs::read(entry.path().join("cmdline")).ok().filter(|_| name != own)?;
        let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
        (text.contains(wanted) && text.contains(" start ")).then_some(text)
    };
    fs::read_dir("/proc").unwrap().flatten().filter_map(command_line).collect()
}
