//! `QueryService`: reads of the certified chain and state, each with its proof.

mod accounts;
mod assets;
mod chain;
mod state;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    api::Shared,
    pb::{self, query_service_server::QueryService},
};

pub(crate) use chain::validators;

/// The service over the shared ports.
#[derive(Clone)]
pub(crate) struct Queries {
    pub(crate) shared: Arc<Shared>,
}

macro_rules! queries {
    ($($name:ident($request:ident) -> $response:ident = $module:ident;)*) => {
        #[tonic::async_trait]
        impl QueryService for Queries {
            $(async fn $name(
                &self,
                request: Request<pb::$request>,
            ) -> Result<Response<pb::$response>, Status> {
                $module::$name(&self.shared, request.into_inner()).await.map(Response::new)
            })*

            async fn get_validators(
                &self,
                request: Request<pb::GetValidatorsRequest>,
            ) -> Result<Response<pb::GetValidatorsResponse>, Status> {
                validators(&self.shared, request.into_inner()).await.map(Response::new)
            }
        }
    };
}

queries! {
    get_block(GetBlockRequest) -> GetBlockResponse = chain;
    get_header(GetHeaderRequest) -> CertifiedHeader = chain;
    get_transaction(GetTransactionRequest) -> Receipt = chain;
    get_account_history(GetAccountHistoryRequest) -> GetAccountHistoryResponse = chain;
    get_account(GetAccountRequest) -> GetAccountResponse = accounts;
    resolve_name(ResolveNameRequest) -> ResolveNameResponse = accounts;
    get_member(GetMemberRequest) -> GetMemberResponse = accounts;
    get_asset(GetAssetRequest) -> GetAssetResponse = assets;
    get_holdings(GetHoldingsRequest) -> GetHoldingsResponse = assets;
    get_lock(GetLockRequest) -> GetLockResponse = assets;
    get_parameters(GetParametersRequest) -> GetParametersResponse = state;
    get_epoch_ends(GetEpochEndsRequest) -> GetEpochEndsResponse = chain;
    get_state(GetStateRequest) -> GetStateResponse = state;
}
