//! `EventService`: beginning subscriptions.

use std::sync::Arc;

use tokio::time::Instant;
use tonic::{Request, Response, Status};
use types::Height;

use crate::{
    Reason,
    api::Shared,
    blocks::below_retention,
    filter::Filter,
    outlet::{Events, Room, outlet},
    pb::{self, event_service_server::EventService, subscribe_request::Start},
    subscriber::{Bodies, Subscriber},
    token::Position,
};

/// The service over the shared ports.
#[derive(Clone)]
pub(crate) struct EventsOf {
    pub(crate) shared: Arc<Shared>,
}

#[tonic::async_trait]
impl EventService for EventsOf {
    type SubscribeStream = Events;

    async fn subscribe(&self, request: Request<pb::SubscribeRequest>) -> Result<Response<Events>, Status> {
        let pb::SubscribeRequest { filter, start, omit_bodies } = request.into_inner();
        let shared = Arc::clone(&self.shared);
        let filter = Filter::read(filter)?;
        let filter_hash = filter.hash();
        let chain = &shared.ports.chain;
        let position = match start {
            // Genesis holds no transactions.
            Some(Start::FromHeight(height)) => Position::start_of(Height::new(height.max(1))),
            Some(Start::ResumeToken(token)) => Position::read(&token, &filter_hash)?,
            None => Position::start_of(chain.certified().header.height.next()),
        };
        let first_kept = chain.first_kept();
        if position.height < first_kept {
            return Err(below_retention(position.height, first_kept));
        }
        let permit = Arc::clone(&shared.subscriptions).try_acquire_owned();
        let permit = permit.map_err(|_| Reason::TooManySubscriptions.status("ask another node, or later"))?;
        shared.counters.subscriptions_opened.add_one();
        let limits = &shared.limits;
        let (writer, events) = outlet(Room {
            events_max: limits.subscriber_events_max,
            bytes_max: limits.subscriber_bytes_max,
            patience: limits.slow_reader_max,
        });
        let bodies = if omit_bodies { Bodies::Omitted } else { Bodies::Included };
        let last_sent = Instant::now();
        let subscriber =
            Subscriber { shared, filter, filter_hash, bodies, position, last_sent, _permit: permit };
        tokio::spawn(subscriber.run(writer));
        Ok(Response::new(events))
    }
}
