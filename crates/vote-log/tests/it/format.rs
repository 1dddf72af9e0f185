//! The bytes are frozen; the checksums were computed by another program.

use crate::support::{Log, SMALL, new_log, short};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_bytes_of_a_log_are_frozen() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    let bytes = disk.content("log").unwrap();
    assert_eq!(bytes.len(), 2_048);
    assert_eq!(hex(&bytes[..8]), hex(b"HANSEVL2"));
    assert_eq!(hex(&bytes[8..40]), "07".repeat(32));
    assert_eq!(hex(&bytes[40..52]), "0100000000000000ec5cb5ec", "generation 1, checksum");
    assert!(bytes[52..512].iter().all(|byte| *byte == 0));
    let block = &bytes[512..1_024];
    assert_eq!(hex(&block[..12]), "a3a2eeae2c00000000000000", "checksum, 44 bytes, place 0");
    assert_eq!(
        hex(&block[12..56]),
        format!("{}{}{}{}", "0100000000000000", "0100000000000000", "1400000000000000", "01".repeat(20))
    );
    assert!(block[56..508].iter().all(|byte| *byte == 0));
    assert_eq!(hex(&block[508..]), "d5b3e997");
    assert!(bytes[1_024..].iter().all(|byte| *byte == 0));
    drop(log);
    assert!(Log::open(disk, crate::support::FRESH, SMALL).is_ok());
}
