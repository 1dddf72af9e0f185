//! `e2e-forward SOCKET PORT`: carries connections from a Unix socket, which every network namespace can reach,
//! to a port on the loopback device of the namespace it runs in.

use tokio::net::{TcpStream, UnixListener};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, socket, port] = arguments.as_slice() else {
        return Err(std::io::Error::other("usage: e2e-forward SOCKET PORT"));
    };
    let target = format!("127.0.0.1:{port}");
    let listener = UnixListener::bind(socket)?;
    loop {
        let (mut near, _) = listener.accept().await?;
        let target = target.clone();
        tokio::spawn(async move {
            // Either side may go at any time: nodes are killed here.
            if let Ok(mut far) = TcpStream::connect(target).await {
                let _ = far.set_nodelay(true);
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
    }
}
