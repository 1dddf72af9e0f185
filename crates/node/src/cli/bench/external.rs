//! A network that runs already.

use std::path::PathBuf;

use bench::conduct::External;
use clap::Args;
use client::{Client, Trust};

use crate::{
    cli::network,
    exit::{ExitCode, Failure},
};

#[derive(Debug, Args)]
pub(super) struct ExternalArguments {
    /// Load these nodes of a network that runs already, instead of starting one.
    #[arg(long, value_delimiter = ',', value_name = "URL,...", requires = "keys")]
    endpoints: Vec<String>,
    /// Directory of its funded accounts: accountN.key and accountN.json, N from 0.
    #[arg(long, value_name = "DIR", requires = "endpoints")]
    keys: Option<PathBuf>,
    /// What they pay.
    #[arg(long, default_value = "TEST", value_name = "NAME")]
    asset: String,
}

impl ExternalArguments {
    /// The network, asked who it is; `None`: it is to be started.
    pub(super) async fn resolve(&self) -> Result<Option<External>, Failure> {
        let Some(keys) = &self.keys else { return Ok(None) };
        let count = (0..).take_while(|number| keys.join(format!("account{number}.key")).exists()).count();
        if count < 4 {
            let message = format!(
                "{}: expected account0.key, account1.key, ... (at least 4), found {count}",
                keys.display()
            );
            return Err(Failure::new(ExitCode::Failed, message));
        }
        let client = Client::connect(self.endpoints.clone(), Trust::None).await.map_err(network::failure)?;
        Ok(Some(External {
            endpoints: self.endpoints.clone(),
            chain_id: *client.chain_id(),
            accounts: std::path::absolute(keys).map_err(|error| Failure::io("cannot use", keys, &error))?,
            account_count: count,
            asset: self.asset.clone(),
        }))
    }
}
