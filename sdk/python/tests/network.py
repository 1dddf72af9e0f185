"""Four validators as real processes, on free ports."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

from hanse import Client, Genesis, PrivateKey
from hanse.errors import HanseError

VALIDATORS = 4
PATIENCE = 60.0


class Network:
    """Made by `hanse testnet`, run by `hanse start`, ended by `stop`."""

    def __init__(self, binary: Path, folder: Path, **parameters: int) -> None:
        """`parameters` are chain parameters other than the usual ones."""
        self.binary = binary
        self._parameters = [part for name, value in parameters.items() for part in ("--param", f"{name}={value}")]
        self.folder = folder / "net"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._base = 0

    def start(self) -> None:
        self._base = _free_ports(10 * VALIDATORS)
        made = ["--validators", str(VALIDATORS), "--output", str(self.folder), "--base-port", str(self._base)]
        self.run("testnet", *made, *self._parameters)
        for node in range(VALIDATORS):
            self._start(node)
        with self.client() as client:
            deadline = time.monotonic() + PATIENCE
            while not self._connected(client):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the network does not come up: {self.log(0)}")
                time.sleep(0.1)

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def stop_node(self, node: int) -> None:
        self._processes[node].terminate()
        self._processes[node].wait(15)

    def restart_node(self, node: int) -> None:
        self._processes[node] = self._spawn(node)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that must succeed."""
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done

    def endpoint(self, node: int) -> str:
        return f"http://127.0.0.1:{self._base + 10 * node + 1}"

    @property
    def genesis_file(self) -> Path:
        return self.folder / "genesis.json"

    def genesis(self) -> Genesis:
        return Genesis.load(self.genesis_file)

    def client(self, *nodes: int) -> Client:
        """A client that verifies, of these nodes or of all."""
        return Client([self.endpoint(node) for node in nodes or range(VALIDATORS)], self.genesis())

    def key_file(self, account: int) -> Path:
        return self.folder / "accounts" / f"account{account}.key"

    def key(self, account: int) -> PrivateKey:
        return PrivateKey.load(self.key_file(account))

    def log(self, node: int) -> str:
        return (self.folder / f"node{node}.log").read_text()[-2000:]

    def _start(self, node: int) -> None:
        self._processes.append(self._spawn(node))

    def _spawn(self, node: int) -> subprocess.Popen[bytes]:
        with (self.folder / f"node{node}.log").open("ab") as log:
            home = str(self.folder / f"node{node}")
            return subprocess.Popen([self.binary, "start", "--home", home], stdout=log, stderr=log)

    def _connected(self, client: Client) -> bool:
        if any(process.poll() is not None for process in self._processes):
            raise RuntimeError(f"a node ended: {[self.log(node) for node in range(VALIDATORS)]}")
        try:
            status = client.status()
        except HanseError:
            return False
        return sum(peer.connected for peer in status.peers) == VALIDATORS - 1


def _free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens at, below the range that connections are given."""
    for attempt in range(200):
        base = 12_000 + (os.getpid() * 37 + attempt * 100) % 18_000
        sockets = []
        try:
            for port in range(base, base + count):
                listener = socket.socket()
                sockets.append(listener)
                listener.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for listener in sockets:
                listener.close()
    raise RuntimeError("no free ports")
