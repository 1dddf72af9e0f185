//! `compose.yaml`: one container per node.

use std::fmt::Write as _;

use super::{NodePlace, TestnetPlan};

/// The file's text; clients reach node i on this machine at the ports it would have without containers.
pub(super) fn render(plan: &TestnetPlan, nodes: &[NodePlace]) -> String {
    let mut text = String::from(
        "# One container per node. Build the image first: docker build -t hanse -f docker/Dockerfile .\n\
         # The homes are mounted from this directory; run as their owner: UID=$(id -u) GID=$(id -g)\n\
         services:\n",
    );
    for (i, node) in nodes.iter().enumerate() {
        let outside = usize::from(plan.base_port) + 10 * i;
        let _ = write!(
            text,
            "  {name}:\n    image: ${{HANSE_IMAGE:-hanse}}\n    user: \"${{UID:-1000}}:${{GID:-1000}}\"\n    \
             command: [\"start\", \"--home\", \"/home/hanse\"]\n    restart: on-failure\n    \
             stop_grace_period: 15s\n    volumes: [\"./{name}:/home/hanse\"]\n    \
             ports: [\"127.0.0.1:{grpc_out}:{grpc}\", \"127.0.0.1:{http_out}:{http}\"]\n",
            name = node.name,
            grpc_out = outside + 1,
            grpc = node.port + 1,
            http_out = outside + 2,
            http = node.port + 2,
        );
    }
    text
}
