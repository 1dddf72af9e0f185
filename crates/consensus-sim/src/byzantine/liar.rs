//! Says in its status that it stands somewhere else: far ahead, far behind, in another view, at another
//! time (`threats.md` F15, C21): a status is a hint, never a proof.

use consensus::{Message, Status};
use types::{Height, View};

use super::mutate::number;
use crate::prng::Prng;

/// Every status is changed, each receiver's in its own way.
pub(super) fn outgoing(prng: &mut Prng, message: &Message) -> Vec<Message> {
    let Message::Status(status) = message else { return vec![message.clone()] };
    vec![Message::Status(lie(prng, *status))]
}

fn lie(prng: &mut Prng, status: Status) -> Status {
    let highest = Height::new(u64::MAX);
    match prng.below(7) {
        0 => Status { low: highest, executed: highest, certified: highest, ..status },
        1 => Status { low: Height::ZERO, executed: Height::ZERO, certified: Height::ZERO, ..status },
        2 => Status { view: View::new(number(prng, status.view.get())), ..status },
        3 => Status { view_active: !status.view_active, ..status },
        4 => Status { low: Height::new(number(prng, status.low.get())), ..status },
        5 => Status { certified: status.certified.plus(1 + prng.below(40)), ..status },
        _ => Status {
            sent_at_ms: number(prng, status.sent_at_ms),
            echo_ms: number(prng, status.echo_ms),
            ..status
        },
    }
}
