"""An echo server on one event loop, a task for each client, as a textbook shows it.

    python3 async.py [PORT]        port 0, or none at all, is any free one
"""

import asyncio
import sys


async def serve(reader, writer):
    """Sends back what one client sends, until it has nothing more to say."""
    try:
        while True:
            data = await reader.read(1024)
            if not data:
                return
            writer.write(data)
            await writer.drain()
    except ConnectionResetError:
        pass
    finally:
        writer.close()


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    host, port = server.sockets[0].getsockname()
    print(f"{host}:{port}", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
