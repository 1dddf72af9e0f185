//! Key files: created safely, unsafe ones refused, never printed.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use node::{
    exit::ExitCode,
    home::fresh_key,
    keys::{KeySource, Passphrase, create_key_file, from_pem, load_key, load_key_file, to_pem},
};
use types::SecretKey;

use crate::run::{bad, good, text};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
}

/// RFC 8410, section 10.3: the first example, and with the public key (version 2).
#[test]
fn reads_the_keys_of_the_standard() {
    let v1 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let key = from_pem(v1, None).expect("the standard's example");
    let public = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    assert_eq!(key.public_key().to_string(), public);
    assert_eq!(to_pem(&key).expect("PEM").as_str(), v1);
    let v2 = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    assert_eq!(from_pem(v2, None).expect("version 2").public_key().to_string(), public);
}

#[test]
fn a_stated_public_key_must_be_the_keys_own() {
    let lie = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuA=\n-----END PRIVATE KEY-----\n";
    assert!(from_pem(lie, None).is_err());
}

#[test]
fn created_private_and_never_overwritten() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("keys/a.key");
    let key = fresh_key().expect("randomness");
    create_key_file(&path, &key, None).expect("created");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("keys")), 0o700);
    assert_eq!(load_key_file(&path, None).expect("read").public_key(), key.public_key());
    let before = fs::read(&path).expect("bytes");
    let other = fresh_key().expect("randomness");
    let refused = create_key_file(&path, &other, None).expect_err("exists");
    assert_eq!(refused.reason, "exists");
    assert_eq!(fs::read(&path).expect("bytes"), before);
    let names: Vec<_> = fs::read_dir(dir.path().join("keys")).expect("list").collect();
    assert_eq!(names.len(), 1, "nothing is left behind: {names:?}");
}

#[test]
fn what_others_could_read_or_swap_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("a.key");
    create_key_file(&path, &fresh_key().expect("randomness"), None).expect("created");
    for unsafe_mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o660] {
        set_mode(&path, unsafe_mode);
        let failure = load_key_file(&path, None).expect_err("unsafe");
        assert_eq!(failure.exit, ExitCode::KeyUnsafe, "{unsafe_mode:o}: {failure}");
        assert!(failure.message.contains("chmod 600"), "{failure}");
    }
    set_mode(&path, 0o400);
    load_key_file(&path, None).expect("owner only");
    let link = dir.path().join("link.key");
    symlink(&path, &link).expect("symlink");
    assert_eq!(load_key_file(&link, None).expect_err("a link").exit, ExitCode::KeyUnsafe);
    let missing = load_key_file(&dir.path().join("none.key"), None).expect_err("missing");
    assert_eq!(missing.exit, ExitCode::Io);
    let huge = dir.path().join("huge.key");
    fs::write(&huge, vec![b'x'; 1 << 20]).expect("written");
    set_mode(&huge, 0o600);
    assert!(load_key_file(&huge, None).expect_err("huge").message.contains("larger"));
}

/// A pipe must not block the reader.
#[test]
fn a_pipe_is_no_key_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let pipe = dir.path().join("pipe.key");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .expect("mkfifo");
    assert_eq!(load_key_file(&pipe, None).expect_err("a pipe").exit, ExitCode::Io);
}

#[test]
fn mounted_secrets_may_be_links_inside_and_group_readable() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = fresh_key().expect("randomness");
    let data = dir.path().join("mount/..data");
    create_key_file(&data.join("node.key"), &key, None).expect("created");
    set_mode(&data.join("node.key"), 0o440);
    symlink("..data/node.key", dir.path().join("mount/node.key")).expect("symlink");
    let source: KeySource = "mounted:mount/node.key".parse().expect("a source");
    assert_eq!(load_key(&source, dir.path(), None).expect("read").public_key(), key.public_key());
    set_mode(&data.join("node.key"), 0o444);
    assert_eq!(load_key(&source, dir.path(), None).expect_err("world").exit, ExitCode::KeyUnsafe);
    create_key_file(&dir.path().join("outside.key"), &key, None).expect("created");
    symlink("../outside.key", dir.path().join("mount/out.key")).expect("symlink");
    let out: KeySource = "mounted:mount/out.key".parse().expect("a source");
    assert_eq!(load_key(&out, dir.path(), None).expect_err("leaves").exit, ExitCode::KeyUnsafe);
}

#[test]
fn encrypted_keys_open_with_their_passphrase_only() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("a.key");
    let key = fresh_key().expect("randomness");
    let passphrase = Passphrase::new("correct horse".to_owned());
    create_key_file(&path, &key, Some(&passphrase)).expect("created");
    let stored = fs::read_to_string(&path).expect("text");
    assert!(stored.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{stored}");
    assert_eq!(load_key_file(&path, Some(&passphrase)).expect("opened").public_key(), key.public_key());
    assert!(load_key_file(&path, Some(&Passphrase::new("wrong".to_owned()))).is_err());
    assert!(from_pem(&stored, None).is_err());
}

#[test]
fn keygen_takes_its_passphrase_from_a_private_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let (key, phrase) = (dir.path().join("k.key"), dir.path().join("phrase"));
    fs::write(&phrase, "a passphrase\n").expect("written");
    set_mode(&phrase, 0o644);
    let arguments = ["keygen", "--out", text(&key), "--encrypt", "--passphrase-file", text(&phrase)];
    bad(&arguments, 16);
    set_mode(&phrase, 0o600);
    let made = good(&arguments);
    assert_eq!(made["encrypted"], true);
    let opened = load_key_file(&key, Some(&Passphrase::new("a passphrase".to_owned()))).expect("opened");
    assert_eq!(made["public_key"], opened.public_key().to_string());
    bad(&arguments, 1);
}

#[test]
fn secrets_are_never_shown() {
    let key = SecretKey::from_seed(&[7; 32]);
    let shown = format!("{key:?} {:?}", Passphrase::new("secret words".to_owned()));
    assert!(!shown.contains("secret words"), "{shown}");
    assert!(!shown.contains(&"07".repeat(8)), "{shown}");
}

#[test]
fn a_folder_that_others_may_enter_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let keys = dir.path().join("keys");
    fs::create_dir(&keys).expect("created");
    set_mode(&keys, 0o700);
    let key = fresh_key().expect("a key");
    create_key_file(&keys.join("validator.key"), &key, None).expect("written");
    let source = KeySource::File("keys/validator.key".into());
    assert_eq!(load_key(&source, dir.path(), None).expect("read").public_key(), key.public_key());
    set_mode(&keys, 0o755);
    assert_eq!(load_key(&source, dir.path(), None).expect_err("open folder").exit, ExitCode::KeyUnsafe);
}
