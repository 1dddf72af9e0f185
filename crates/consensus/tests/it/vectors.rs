//! The bytes that validators sign in consensus, frozen in `tests/vectors/votes.json`. A second implementation,
//! `scripts/check_vectors.py`, computes them from `docs/formats.md`. `HANSE_BLESS=1` writes the file anew.

use consensus::{
    EmptyRequest, NewView, PreparedCertificate, SignedStatement, Statement, ViewChange, Vote, VoteQuery,
};
use types::{
    BlockHash, Certificate, ChainId, Epoch, Height, ProposalDigest, Signature, ValidatorIndex, View,
    certificate::CheckpointStatement,
};

const CHAIN: ChainId = ChainId::new([0xc4; 32]);
const EPOCH: Epoch = Epoch::new(3);

fn vote(view: u64, height: u64) -> Vote {
    Vote { view: View::new(view), height: Height::new(height), digest: ProposalDigest::new([0xd1; 32]) }
}

fn certificate() -> Certificate {
    let statement = CheckpointStatement { height: Height::new(40), header_hash: BlockHash::new([0xb2; 32]) };
    let votes: Vec<_> =
        [0u16, 2, 3].map(|i| (ValidatorIndex::new(i), Signature::new([i as u8; 64]))).to_vec();
    Certificate::assemble(EPOCH, statement, 4, &votes)
}

fn view_change(stable: Option<Certificate>) -> Statement {
    let prepares = [1u16, 3].map(|i| (ValidatorIndex::new(i), Signature::new([0x50 + i as u8; 64]))).to_vec();
    let prepared = PreparedCertificate {
        epoch: EPOCH,
        vote: vote(4, 41),
        pre_prepare: Signature::new([0x70; 64]),
        prepares,
    };
    Statement::ViewChange(ViewChange { view: View::new(5), stable, prepared: vec![prepared] })
}

fn signed(signer: u16, statement: Statement) -> SignedStatement {
    let signature = Signature::new([0x60 + signer as u8; 64]);
    SignedStatement { signer: ValidatorIndex::new(signer), epoch: EPOCH, statement, signature }
}

fn statements() -> Vec<(&'static str, Statement)> {
    let checkpoint = CheckpointStatement { height: Height::new(41), header_hash: BlockHash::new([0xb3; 32]) };
    let changes = vec![signed(1, view_change(None)), signed(2, view_change(Some(certificate())))];
    vec![
        ("pre_prepare", Statement::PrePrepare(vote(4, 41))),
        ("prepare", Statement::Prepare(vote(4, 41))),
        ("commit", Statement::Commit(vote(4, 41))),
        ("checkpoint", Statement::Checkpoint(checkpoint)),
        ("view_change_from_genesis", view_change(None)),
        ("view_change", view_change(Some(certificate()))),
        ("new_view", Statement::NewView(NewView { view: View::new(5), view_changes: changes })),
        ("empty_request", Statement::EmptyRequest(EmptyRequest { height: Height::new(42) })),
        ("vote_query", Statement::VoteQuery(VoteQuery { nonce: 0x0102_0304_0506_0708 })),
    ]
}

#[test]
fn the_bytes_that_validators_sign_are_frozen() {
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let line = |(name, statement): &(&str, Statement)| {
        format!("  \"{name}\": \"{}\"", hex(statement.signing_bytes(&CHAIN, EPOCH)))
    };
    let lines: Vec<_> = statements().iter().map(line).collect();
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/votes.json");
    if std::env::var_os("HANSE_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "a format of the network changed");
}
