//! What a node sent to its peers, from its metrics endpoint.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Request, Uri, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How long one scrape may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long its text may be.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// Bytes per class of traffic since the node started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traffic {
    /// To peers.
    pub sent: BTreeMap<String, u64>,
    /// From peers.
    pub received: BTreeMap<String, u64>,
}

/// Asks `URL/metrics`; `None` when there is no answer in time.
pub async fn traffic(url: &str) -> Option<Traffic> {
    let text = tokio::time::timeout(PATIENCE, get(url)).await.ok()??;
    Some(parse(&text))
}

async fn get(url: &str) -> Option<String> {
    let uri: Uri = format!("{url}/metrics").parse().ok()?;
    let authority = uri.authority()?;
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let driving = tokio::spawn(connection);
    let request = Request::get(uri.path()).header("host", authority.as_str()).body(Empty::<Bytes>::new());
    let answer = async {
        let response = sender.send_request(request.ok()?).await.ok()?;
        let body = Limited::new(response.into_body(), TEXT_BYTES_MAX).collect().await.ok()?;
        String::from_utf8(body.to_bytes().to_vec()).ok()
    };
    let text = answer.await;
    driving.abort();
    text
}

/// Reads `hanse_sent_bytes_total{class="..",peer=".."} N` and its like.
fn parse(text: &str) -> Traffic {
    let mut traffic = Traffic::default();
    for line in text.lines() {
        let Some((name, rest)) = line.split_once('{') else { continue };
        let sums = match name {
            "hanse_sent_bytes_total" => &mut traffic.sent,
            "hanse_received_bytes_total" => &mut traffic.received,
            _ => continue,
        };
        let Some((labels, value)) = rest.rsplit_once('}') else { continue };
        let class = labels.split(',').find_map(|label| label.strip_prefix("class=\"")?.strip_suffix('"'));
        let value = value.split_whitespace().next().and_then(|value| value.parse::<u64>().ok());
        if let (Some(class), Some(value)) = (class, value) {
            *sums.entry(class.to_owned()).or_default() += value;
        }
    }
    traffic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_summed_over_peers() {
        let text = "# TYPE hanse_sent_bytes counter\n\
            hanse_sent_bytes_total{class=\"batches\",peer=\"1\"} 100\n\
            hanse_sent_bytes_total{class=\"batches\",peer=\"2\"} 20\n\
            hanse_sent_bytes_total{class=\"consensus\",peer=\"1\"} 3\n\
            hanse_received_bytes_total{class=\"consensus\",peer=\"1\"} 4\n\
            hanse_height 5\nhanse_other_total{class=\"batches\"} 9\n# EOF\n";
        let expected = Traffic {
            sent: [("batches".to_owned(), 120), ("consensus".to_owned(), 3)].into(),
            received: [("consensus".to_owned(), 4)].into(),
        };
        assert_eq!(parse(text), expected);
    }
}
