//! Reaching a network from the command line: endpoints, the trusted genesis, and names.

use std::{cell::RefCell, collections::BTreeMap, future::Future, path::PathBuf};

use clap::Args;
use client::{Client, ClientError, ErrorCode, ProofError, Trust};
use types::{AccountId, AssetId, ChainId, Genesis, MemberId, TimeMs, genesis::is_name};

use crate::{
    ceremony::read_genesis,
    exit::{ExitCode, Failure},
};

/// Whom to ask, and against what to check the answers.
#[derive(Debug, Clone, Args)]
pub(super) struct NetworkArguments {
    /// A node's gRPC URL; may be repeated: the next one is asked when one does not answer.
    #[arg(
        long = "endpoint",
        value_name = "URL",
        env = "HANSECTL_ENDPOINT",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:26601"
    )]
    pub(super) endpoints: Vec<String>,
    /// Verify every answer against this genesis.
    #[arg(long, value_name = "FILE", env = "HANSECTL_GENESIS")]
    pub(super) genesis: Option<PathBuf>,
}

/// A network, reached or only known by its genesis.
pub(super) struct Network {
    runtime: tokio::runtime::Runtime,
    client: Option<Client>,
    genesis: Option<Genesis>,
    believed: RefCell<BTreeMap<String, String>>,
}

impl NetworkArguments {
    /// Connects.
    pub(super) fn reach(&self) -> Result<Network, Failure> {
        let mut network = self.offline()?;
        let trust = network.genesis.clone().map_or(Trust::None, Trust::Genesis);
        let client = network.block_on(Client::connect(self.endpoints.clone(), trust))?;
        network.client = Some(client);
        Ok(network)
    }

    /// Opens no connection.
    pub(super) fn offline(&self) -> Result<Network, Failure> {
        let genesis = self.genesis.as_deref().map(read_genesis).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(ExitCode::Io, format!("no runtime: {error}")))?;
        Ok(Network { runtime, client: None, genesis, believed: RefCell::default() })
    }
}

impl Network {
    /// Runs a call to its end.
    pub(super) fn block_on<T>(
        &self,
        call: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, Failure> {
        self.runtime.block_on(call).map_err(failure)
    }

    /// As [`Network::block_on`], with the client's own error.
    pub(super) fn try_on<T>(
        &self,
        call: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        self.runtime.block_on(call)
    }

    /// The connection.
    pub(super) fn client(&self) -> Result<&Client, Failure> {
        self.client.as_ref().ok_or_else(|| Failure::usage("this needs a connection: leave --offline out"))
    }

    /// The trusted genesis.
    pub(super) fn genesis(&self) -> Option<&Genesis> {
        self.genesis.as_ref()
    }

    /// The network's id.
    pub(super) fn chain_id(&self) -> Result<ChainId, Failure> {
        match (&self.genesis, &self.client) {
            (Some(genesis), _) => Ok(genesis.chain_id()),
            (None, Some(client)) => Ok(*client.chain_id()),
            (None, None) => Err(Failure::usage("--offline needs --genesis FILE: it names the network")),
        }
    }

    /// Names and the ids that were used for them on the word of a node alone.
    pub(super) fn believed(&self) -> BTreeMap<String, String> {
        self.believed.borrow().clone()
    }

    /// What an account's text stands for: 64 hex digits, `member/name`, or a bare name when unique.
    pub(super) fn account(&self, text: &str) -> Result<AccountId, Failure> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        if !text.split('/').all(is_name) || text.split('/').count() > 2 {
            let message = format!("{text:?} is no account: give 64 hex digits, member/name, or a bare name");
            return Err(Failure::because(ExitCode::Usage, "unknown_name", message));
        }
        let Some(client) = &self.client else { return self.genesis_account(text) };
        let found = self.block_on(client.resolve_name(text))?;
        let named = |candidate: &client::Candidate| {
            let bare = text.rsplit('/').next().unwrap_or(text);
            (format!("{}/{bare}", candidate.member_name), candidate.account_id)
        };
        let id = only(text, found.value.iter().map(named).collect())?;
        if !found.verified {
            self.believed.borrow_mut().insert(text.to_owned(), id.to_string());
        }
        Ok(id)
    }

    fn genesis_account(&self, text: &str) -> Result<AccountId, Failure> {
        let Some(genesis) = &self.genesis else {
            return Err(Failure::usage(format!(
                "{text:?}: names need --genesis FILE or a connection; give 64 hex digits"
            )));
        };
        let accounts =
            genesis.accounts.iter().filter(|account| account.name == text || account.full_name() == text);
        only(text, accounts.map(|account| (account.full_name(), account.id())).collect())
    }

    /// An asset's id and decimals: `NAME`, 64 hex digits, or either with `:DECIMALS`.
    pub(super) fn asset(&self, text: &str) -> Result<(AssetId, u8), Failure> {
        let id_of = |name: &str| name.parse().unwrap_or_else(|_| AssetId::of_name(name));
        if let Some((name, decimals)) = text.rsplit_once(':') {
            let decimals = decimals.parse().ok().filter(|decimals| *decimals <= 18).ok_or_else(|| {
                Failure::usage(format!("--asset {text}: expected NAME:DECIMALS with 0 to 18 decimals"))
            })?;
            return Ok((id_of(name), decimals));
        }
        let id = id_of(text);
        if let Some(client) = &self.client {
            let found = self.block_on(client.asset_by_id(&id))?.value;
            let found = found.ok_or_else(|| {
                Failure::because(ExitCode::Failed, "unknown_asset", format!("there is no asset {text}"))
            })?;
            return Ok((id, found.asset.decimals));
        }
        let known = self
            .genesis
            .iter()
            .flat_map(|genesis| &genesis.assets)
            .find(|asset| AssetId::of_name(&asset.name) == id);
        known
            .map(|asset| (id, asset.decimals))
            .ok_or_else(|| Failure::usage(format!("--asset {text}: offline, give NAME:DECIMALS")))
    }

    /// A member's id: 64 hex digits or its name.
    pub(super) fn member(text: &str) -> MemberId {
        text.parse().unwrap_or_else(|_| MemberId::of_name(text))
    }
}

/// The one account of a name.
fn only(text: &str, candidates: Vec<(String, AccountId)>) -> Result<AccountId, Failure> {
    match candidates.as_slice() {
        [(_, id)] => Ok(*id),
        [] => Err(Failure::because(
            ExitCode::Usage,
            "unknown_name",
            format!(
                "{text:?} names no account: expected 64 hex digits, member/name, or a name that is unique"
            ),
        )),
        several => {
            let names: Vec<_> = several.iter().map(|(name, id)| format!("{name} {id}")).collect();
            let message = format!("{text:?} names several accounts, say which:\n{}", names.join("\n"));
            Err(Failure::because(ExitCode::Usage, "ambiguous_name", message))
        }
    }
}

/// A client's error as the failure a command ends with.
pub(super) fn failure(error: ClientError) -> Failure {
    let message = error.to_string();
    match error {
        ClientError::Refused(refused) => {
            let exit = match refused.code {
                ErrorCode::PermissionDenied => ExitCode::PermissionDenied,
                ErrorCode::Unavailable => ExitCode::Unreachable,
                ErrorCode::InvalidArgument
                | ErrorCode::FailedPrecondition
                | ErrorCode::ResourceExhausted
                | ErrorCode::NotFound
                | ErrorCode::AlreadyExists
                | ErrorCode::OutOfRange
                | ErrorCode::Unimplemented
                | ErrorCode::Internal => ExitCode::Failed,
            };
            Failure::because(exit, refused.reason, message)
        }
        ClientError::Unreachable { .. } | ClientError::StreamEnded => {
            Failure::new(ExitCode::Unreachable, message)
        }
        ClientError::Proof(error) => proof_failure(&error),
        ClientError::Endpoint { .. } | ClientError::NoEndpoint => Failure::usage(message),
        ClientError::NoRandomness(_) => Failure::new(ExitCode::Io, message),
    }
}

/// A proof that does not hold; another network is told apart from a lie.
pub(super) fn proof_failure(error: &ProofError) -> Failure {
    if let ProofError::WrongChain { .. } = error {
        return Failure::because(ExitCode::GenesisMismatch, "wrong_chain", error.to_string());
    }
    Failure::new(ExitCode::ProofInvalid, error.to_string())
}

/// The time a transaction made now is valid until.
pub(super) fn from_now(lifetime: std::time::Duration) -> TimeMs {
    let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
    TimeMs::new(crate::testnet::now_ms().saturating_add(lifetime))
}

/// Reads `500ms`, `60s`, `5m`, `2h` or `30d`.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let expected = || format!("expected a time such as 500ms, 60s, 5m, 2h or 30d, found {text:?}");
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(expected)?;
    let (number, unit) = text.split_at(split);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(expected()),
    };
    let number: u64 = number.parse().map_err(|_| expected())?;
    number.checked_mul(milliseconds).map(std::time::Duration::from_millis).ok_or_else(expected)
}
