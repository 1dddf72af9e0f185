//! Quorum arithmetic for every size up to 100 (a quorum of 2f+1 forks a network of six split three to three).

// The inequalities stand as the derivation writes them.
#![allow(clippy::int_plus_one)]

use types::quorum::{faulty_max, one_honest, quorum};

#[test]
fn requirement_01_two_quorums_share_an_honest_validator() {
    for n in 1..=100 {
        let (f, q) = (faulty_max(n), quorum(n));
        assert!(3 * f < n && n <= 3 * (f + 1), "f is the largest number below a third of {n}");
        assert!(2 * q >= n + f + 1, "two quorums of {q} among {n} share only {}", 2 * q as i64 - n as i64);
        assert!(2 * (q - 1) < n + f + 1, "a quorum of {} among {n} would do", q - 1);
        assert!(q <= n - f, "with {f} silent, {} of {n} cannot form a quorum of {q}", n - f);
        assert_eq!(one_honest(n), f + 1);
    }
}

#[test]
fn requirement_01_is_never_two_f_plus_one_where_that_is_smaller() {
    let table = [(4, 1, 3), (5, 1, 4), (6, 1, 4), (7, 2, 5), (8, 2, 6), (9, 2, 6), (10, 3, 7)];
    for (n, f, q) in table {
        assert_eq!((faulty_max(n), quorum(n)), (f, q), "n = {n}");
        assert!(quorum(n) >= 2 * f + 1);
    }
    assert!((1..=100).all(|n| (quorum(n) > 2 * faulty_max(n) + 1) == (n % 3 != 1)));
}

#[test]
fn the_smallest_sets() {
    assert_eq!([1, 2, 3].map(quorum), [1, 2, 2]);
    assert_eq!((faulty_max(0), one_honest(0)), (0, 1));
}
