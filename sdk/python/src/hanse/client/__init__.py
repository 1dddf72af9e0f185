"""The client: one object for all calls, which believes what is proved."""

from hanse.client.blocks import Block, BlockTransaction
from hanse.client.connection import Tls
from hanse.client.events import Event, Events, Progress, Subscription
from hanse.client.node import NodeCalls, Status
from hanse.client.queries import AccountView, HistoryEntry, HoldingOf, Queries
from hanse.client.submissions import Outcome, OutcomeKind, Submissions
from hanse.client.trust import Answer, StateValue


class Client(Submissions, Queries, Events, NodeCalls):
    """A connection to a network: submits, queries, subscribes.

    With a `genesis` every answer is proved from it before it is returned, except where a method says that something is
    the node's word. Calls may come from several threads.
    """


__all__ = [
    "AccountView",
    "Answer",
    "Block",
    "BlockTransaction",
    "Client",
    "Event",
    "HistoryEntry",
    "HoldingOf",
    "Outcome",
    "OutcomeKind",
    "Progress",
    "StateValue",
    "Status",
    "Subscription",
    "Tls",
]
