//! Predictions follow what they are made of (`docs/scaling.md`).

use consensus_sim::scale::{Load, Machines, Plan, Prediction, costs::SECOND, places::Places, predict};

fn predicted(plan: &Plan) -> Prediction {
    let prediction = predict(plan).unwrap_or_else(|| unreachable!("validators form a set"));
    assert_eq!(prediction.view_changes, 0, "nothing is wrong here: {prediction:?}");
    prediction
}

/// So much latency is allowed that nothing but a resource limits.
fn narrow(link: u64) -> Plan {
    let (warmup, window) = (6 * SECOND, 6 * SECOND);
    Plan { link, load: Load::Most(2 * SECOND), first_rate: 5_000.0, warmup, window, ..Plan::new(4) }
}

#[test]
fn twice_the_bandwidth_is_twice_the_throughput_where_bandwidth_limits() {
    let [slow, fast] = [20_000_000, 40_000_000].map(|link| predicted(&narrow(link)));
    assert!(slow.limit.name.contains("gress"), "{:?}", slow.limit);
    let ratio = fast.throughput / slow.throughput;
    assert!((1.7..2.3).contains(&ratio), "{} to {}", slow.throughput, fast.throughput);
}

#[test]
fn twice_the_cores_are_twice_the_throughput_where_cores_limit() {
    let plan = |cores| Plan { machines: Machines::Own(cores), link: 10_000_000_000, ..narrow(0) };
    let [one, two] = [1, 2].map(|cores| predicted(&plan(cores)));
    assert_eq!(one.limit.name, "processor cores");
    let ratio = two.throughput / one.throughput;
    assert!((1.6..2.4).contains(&ratio), "{} to {}", one.throughput, two.throughput);
}

#[test]
fn bandwidth_changes_nothing_where_cores_limit() {
    let plan = |link| Plan { machines: Machines::Own(1), link, ..narrow(0) };
    let [one, ten] = [1_000_000_000, 10_000_000_000].map(|link| predicted(&plan(link)));
    let ratio = ten.throughput / one.throughput;
    assert!((0.9..1.1).contains(&ratio), "{} to {}", one.throughput, ten.throughput);
}

#[test]
fn distance_is_latency() {
    let plan = |places| Plan { places, load: Load::Rate(20.0), ..narrow(1_000_000_000) };
    let p50 = |places| predicted(&plan(places)).p50_ms.expect("answers");
    let (near, far) = (p50(Places::Lan), p50(Places::Wan));
    // Batch, acknowledgement, pre-prepare, prepare, commit, checkpoint: five or six ways of 38 to 60 ms to a quorum.
    assert!(near < 20.0, "{near}");
    assert!((near + 190.0..near + 500.0).contains(&far), "{near} to {far}");
}

#[test]
fn the_primary_sends_about_as_much_as_the_others_under_load() {
    let (primary, backup) = predicted(&narrow(100_000_000)).bytes_sent;
    assert!(primary / backup < 1.25, "{primary} against {backup}");
    // Three quarters of 258 bytes: each transaction is sent by one of four to the three others.
    assert!((150.0..300.0).contains(&backup), "{backup}");
}

#[test]
fn one_plan_has_one_prediction() {
    let plan = Plan { warmup: SECOND, window: SECOND, ..Plan::new(7) };
    assert_eq!(predict(&plan), predict(&plan));
    assert_eq!(predict(&Plan::new(0)), None);
}
