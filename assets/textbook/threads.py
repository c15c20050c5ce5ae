"""An echo server with one thread for each client, as a textbook shows it.

    python3 threads.py [PORT]        port 0, or none at all, is any free one
"""

import socket
import sys
import threading


def serve(client):
    """Sends back what one client sends, until it has nothing more to say."""
    with client:
        while True:
            data = client.recv(1024)
            if not data:
                return
            client.sendall(data)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        host, port = listener.getsockname()
        print(f"{host}:{port}", flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
