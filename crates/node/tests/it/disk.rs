//! `hanse start` on a vote log that is damaged, and on a disk that is full (`threats.md` F19, F21).

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

use crate::run::{good, hanse, text};

/// A port that nobody listens on: taken from the system and given back.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().min(u16::MAX - 100)
}

fn validator() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("net");
    let port = free_port().to_string();
    good(&["testnet", "--validators", "4", "--base-port", &port, "--output", text(&output)]);
    let home = output.join("node0");
    (folder, home)
}

#[test]
fn r60_a_damaged_vote_log_ends_with_14_says_the_cure_and_stays_as_evidence() {
    let (_folder, home) = validator();
    let log = home.join("votes/log");
    let whole = std::fs::read(&log).expect("a log");
    let mut flipped = whole.clone();
    flipped[20] ^= 1;
    let before = [b"HANSEVL1", &whole[8..]].concat();
    for damaged in [flipped, whole[..100].to_vec(), whole[..512].to_vec(), Vec::new(), before] {
        std::fs::write(&log, &damaged).expect("written");
        let ran = hanse(&["start", "--home", text(&home)]);
        assert_eq!(ran.code, 14, "{}", ran.stderr);
        for part in ["is damaged at byte", "Move the folder", "rejoins by itself"] {
            assert!(ran.stderr.contains(part), "{}", ran.stderr);
        }
        assert_eq!(std::fs::read(&log).expect("a log"), damaged, "evidence stays");
    }
}

/// In a mount namespace of its own: the vote log on a disk without space for a second copy, then with it.
const FULL: &str = r#"
set -eu
hanse=$1 home=$2
mkdir "$home/disk"
mount -t tmpfs -o size=1500k,mode=700 none "$home/disk"
cp "$home"/votes/* "$home/disk/"
mount --bind "$home/disk" "$home/votes"
cp "$home/votes/log" "$home/before"
code=0; "$hanse" start --home "$home" 2>"$home/first" || code=$?
echo "full $code"
cmp -s "$home/votes/log" "$home/before" && echo "log untouched"
mount -o remount,size=16m "$home/disk"
"$hanse" start --home "$home" 2>"$home/second" & node=$!
until grep -q "node started" "$home/second"; do kill -0 $node || exit 1; sleep 0.05; done
kill -TERM $node
code=0; wait $node || code=$?
echo "freed $code"
"#;

#[test]
fn f21_a_full_disk_under_the_vote_log_ends_with_15_and_a_freed_one_lets_it_resume() {
    let namespace = |script: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c"]).args(script);
        command.output()
    };
    let probe = namespace(&["d=$(mktemp -d) && mount -t tmpfs none $d && umount $d && rmdir $d"]);
    if !probe.is_ok_and(|probe| probe.status.success()) {
        println!("skipped: no mount namespace is permitted here; vote-log's tests do the same in memory");
        return;
    }
    let (_folder, home) = validator();
    let output = namespace(&[FULL, "sh", env!("CARGO_BIN_EXE_hanse"), text(&home)]).expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said, "full 15\nlog untouched\nfreed 0\n", "{}", String::from_utf8_lossy(&output.stderr));
}
