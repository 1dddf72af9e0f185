//! A network of keys, a clock that only tests move, and nodes whose events can be awaited.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use bytes::Bytes;
use mempool::{Era, Mempool, MempoolConfig, MempoolEvent, MempoolHandle, PoolMessage, Recipients};
use parking_lot::{Mutex, RwLock};
use tempfile::TempDir;
use types::{
    AccountId, Acknowledgement, Amount, AssetId, AvailabilityProof, Batch, BatchRef, BatchSequence, ChainId,
    Code, Epoch, MemberId, Operation, Parameters, SecretKey, Signature, TimeMs, Transaction, TransactionId,
    Validator, ValidatorIndex, ValidatorSet, VoteLogId,
    admission::{Admitted, ClientId, Refusal},
    ports::{AdmissionState, Signer, TransactionPool as _},
    transaction::TransactionBody,
};

/// The longest a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The clock at the start of every test.
pub const NOW: u64 = 1_800_000_000_000;

pub struct World {
    pub keys: Vec<SecretKey>,
    pub set: ValidatorSet,
    pub chain: ChainId,
    /// In which nodes start.
    pub epoch: Epoch,
    pub parameters: Parameters,
    pub clock: Arc<AtomicU64>,
    pub dir: TempDir,
}

pub struct Node {
    pub handle: MempoolHandle,
    pub events: Receiver<MempoolEvent>,
    pub state: Arc<State>,
}

/// What admission asks, as the test says.
#[derive(Default)]
pub struct State {
    pub seen: Mutex<BTreeSet<TransactionId>>,
    pub refused: Mutex<Option<(AccountId, Code)>>,
    /// Held for writing, it stops every worker that judges a transaction.
    pub gate: RwLock<()>,
    /// How many transactions were brought to the gate.
    pub arrived: AtomicU64,
}

impl AdmissionState for State {
    fn refusal(&self, transaction: &Transaction) -> Option<(Code, String)> {
        self.arrived.fetch_add(1, Ordering::SeqCst);
        let _open = self.gate.read();
        let refused = *self.refused.lock();
        refused
            .filter(|(account, _)| transaction.body().operations[0].authority().account() == Some(account))
            .map(|(_, code)| (code, "as the test says".to_owned()))
    }

    fn is_seen(&self, transaction: &Transaction) -> bool {
        self.seen.lock().contains(transaction.id())
    }
}

struct TestSigner(ValidatorIndex, SecretKey);

impl Signer for TestSigner {
    fn index(&self) -> ValidatorIndex {
        self.0
    }

    fn sign(&self, bytes: &[u8]) -> Signature {
        self.1.sign(bytes)
    }
}

pub fn index(number: u16) -> ValidatorIndex {
    ValidatorIndex::new(number)
}

pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

impl World {
    pub fn new(validators: u8) -> Self {
        let keys: Vec<_> = (0..validators).map(|number| SecretKey::from_seed(&[number + 1; 32])).collect();
        let validator = |(number, key): (usize, &SecretKey)| Validator {
            name: format!("v{number}"),
            member: MemberId::of_name("member"),
            consensus_key: key.public_key(),
            node_key: SecretKey::from_seed(&[number as u8 + 101; 32]).public_key(),
            vote_log: VoteLogId::new([number as u8; 32]),
        };
        let set = ValidatorSet::new(keys.iter().enumerate().map(validator).collect()).unwrap();
        Self {
            keys,
            set,
            chain: ChainId::new([7; 32]),
            epoch: Epoch::ZERO,
            parameters: Parameters { max_batch_delay_ms: 1, ..Parameters::default() },
            clock: Arc::new(AtomicU64::new(NOW)),
            dir: TempDir::new().unwrap(),
        }
    }

    pub fn dir_of(&self, number: u16) -> PathBuf {
        self.dir.path().join(format!("node{number}"))
    }

    pub fn config(&self, dir: impl AsRef<Path>) -> MempoolConfig {
        MempoolConfig {
            admission_workers: 1,
            verification_workers: 1,
            tick_interval: None,
            ..MempoolConfig::new(dir.as_ref())
        }
    }

    pub fn node(&self, number: u16) -> Node {
        self.node_with(Some(number), self.config(self.dir_of(number)))
    }

    pub fn node_with(&self, number: Option<u16>, config: MempoolConfig) -> Node {
        let (sender, events) = channel();
        let sender = Mutex::new(sender);
        self.node_telling(number, config, events, move |event| drop(sender.lock().send(event)))
    }

    pub fn node_telling(
        &self,
        number: Option<u16>,
        config: MempoolConfig,
        events: Receiver<MempoolEvent>,
        tell: impl Fn(MempoolEvent) + Send + Sync + 'static,
    ) -> Node {
        let clock = Arc::clone(&self.clock);
        let state = Arc::new(State::default());
        let handle = Mempool::start(
            config,
            self.chain,
            self.era(self.epoch, number),
            Arc::clone(&state) as Arc<dyn AdmissionState>,
            Arc::new(move || TimeMs::new(clock.load(Ordering::SeqCst))),
            Box::new(tell),
        );
        Node { handle: handle.unwrap(), events, state }
    }

    pub fn era(&self, epoch: Epoch, number: Option<u16>) -> Era {
        let signer = |number: u16| {
            Arc::new(TestSigner(index(number), self.keys[usize::from(number)].clone())) as Arc<dyn Signer>
        };
        Era {
            epoch,
            validators: self.set.clone(),
            parameters: self.parameters.clone(),
            signer: number.map(signer),
        }
    }

    pub fn transfer(&self, source: u8, salt: u64) -> Transaction {
        self.body(source, salt).sign(&[&SecretKey::from_seed(&[source; 32])])
    }

    pub fn body(&self, source: u8, salt: u64) -> TransactionBody {
        let (source, to) = (account(source), account(source.wrapping_add(1)));
        let asset = AssetId::of_name("TEST");
        TransactionBody {
            chain_id: self.chain,
            valid_until: TimeMs::new(NOW + 60_000),
            salt,
            operations: vec![Operation::Transfer { source, asset, to, amount: Amount::new(1) }],
            memo: String::new(),
        }
    }

    pub fn batch(&self, author: u16, sequence: u64, transactions: &[Transaction]) -> (Bytes, BatchRef) {
        self.batch_expiring(author, sequence, NOW + self.parameters.batch_lifetime_ms, transactions)
    }

    pub fn batch_expiring(
        &self,
        author: u16,
        sequence: u64,
        expires: u64,
        transactions: &[Transaction],
    ) -> (Bytes, BatchRef) {
        self.encode_batch(Epoch::ZERO, author, sequence, expires, transactions)
    }

    pub fn batch_of(
        &self,
        epoch: Epoch,
        author: u16,
        sequence: u64,
        transactions: &[Transaction],
    ) -> (Bytes, BatchRef) {
        self.encode_batch(epoch, author, sequence, NOW + self.parameters.batch_lifetime_ms, transactions)
    }

    fn encode_batch(
        &self,
        epoch: Epoch,
        author: u16,
        sequence: u64,
        expires: u64,
        transactions: &[Transaction],
    ) -> (Bytes, BatchRef) {
        let batch = Batch {
            author: index(author),
            sequence: BatchSequence::new(sequence),
            epoch,
            expires: TimeMs::new(expires),
            transactions: transactions.iter().map(|transaction| transaction.bytes().clone()).collect(),
        };
        let encoded: Bytes = batch.encode().into();
        let reference = batch.reference_of(&encoded);
        (encoded, reference)
    }

    pub fn ack(&self, signer: u16, reference: &BatchRef) -> Acknowledgement {
        let signature = self.keys[usize::from(signer)].sign(&reference.acknowledgement_bytes(&self.chain));
        Acknowledgement { signer: index(signer), reference: *reference, signature }
    }

    pub fn proof(&self, signers: &[u16], reference: &BatchRef) -> AvailabilityProof {
        let sign = |signer: &u16| (index(*signer), self.ack(*signer, reference).signature);
        AvailabilityProof { reference: *reference, signatures: signers.iter().map(sign).collect() }
    }
}

impl Node {
    pub fn submit(&self, bytes: &Bytes) -> Result<Admitted, Refusal> {
        self.submit_as(1, bytes).recv_timeout(PATIENCE).unwrap()
    }

    /// The answer comes through the channel.
    pub fn submit_as(&self, client: u64, bytes: &Bytes) -> Receiver<Result<Admitted, Refusal>> {
        let (sender, answer) = channel();
        let reply = move |result| drop(sender.send(result));
        self.handle.submit(bytes.clone(), ClientId(client), Box::new(reply));
        answer
    }

    pub fn refused(&self, bytes: &Bytes) -> Code {
        self.submit(bytes).unwrap_err().code
    }

    pub fn receive(&self, from: u16, message: PoolMessage) {
        self.handle.receive(Some(index(from)), message.encode());
    }

    /// The next event that `pick` takes; others before it are lost.
    pub fn next<T>(&self, mut pick: impl FnMut(MempoolEvent) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.events.recv_timeout(PATIENCE).expect("the event must come")) {
                return found;
            }
        }
    }

    pub fn next_own_batch(&self) -> (Bytes, Batch, BatchRef) {
        let encoded = self.next(|event| match event {
            MempoolEvent::Send { to: Recipients::All, message: PoolMessage::Batch(bytes) } => Some(bytes),
            _ => None,
        });
        let (batch, reference) = Batch::decode(&encoded, u32::MAX).unwrap();
        (encoded, batch, reference)
    }

    pub fn next_held(&self) -> BatchRef {
        self.next(|event| match event {
            MempoolEvent::BatchHeld(reference) => Some(reference),
            _ => None,
        })
    }

    pub fn next_certified(&self) -> (AvailabilityProof, usize) {
        self.next(|event| match event {
            MempoolEvent::BatchCertified { proof, acks } => Some((proof, acks)),
            _ => None,
        })
    }

    pub fn next_sent_to(&self, to: u16) -> PoolMessage {
        self.next(|event| match event {
            MempoolEvent::Send { to: Recipients::One(peer), message } if peer == index(to) => Some(message),
            _ => None,
        })
    }

    /// Everything told so far, after the node has ended: nothing more can come.
    pub fn end(self) -> Vec<MempoolEvent> {
        self.handle.shutdown();
        self.events.try_iter().collect()
    }

    /// Waits until a count is reached; only for what is told by no event.
    pub fn until(&self, reached: impl Fn(&mempool::Counters) -> bool) {
        let begin = std::time::Instant::now();
        while !reached(&self.handle.counters()) {
            assert!(begin.elapsed() < PATIENCE, "{:?}", self.handle.counters());
            std::thread::yield_now();
        }
    }
}

pub fn events() -> (Sender<MempoolEvent>, Receiver<MempoolEvent>) {
    channel()
}
