"""A TCP proxy on loopback between Kafka's clients and its brokers, whose network can be made a bad one.

It knows as much of Kafka's protocol as it needs: a frame is its length (int32) and that many bytes; those
of a request begin with the api key (int16), its version (int16) and a correlation id (int32), those of a
reply with the correlation id of its request.

Network is the network and its faults: plain attributes, which may be set from any thread while it works,
and hold for the nodes in `nodes`. Proxy runs it in a thread of its own.
"""

import asyncio
import collections
import socket
import struct
import threading

OFFSET_COMMIT = 8
END_TXN = 26
REQUEST = "request"
REPLY = "reply"
PIECE_S = 0.05  # What a throttled connection passes on at once: that much of its rate.


async def read_frame(reader):
    """The next frame with its length, or what is left of one at the end of the stream."""
    frame = b""
    try:
        frame = await reader.readexactly(4)
        return frame + await reader.readexactly(struct.unpack(">i", frame)[0])
    except asyncio.IncompleteReadError as error:
        return frame + error.partial


def request_of(frame):
    """(api key, correlation id) of a request."""
    api_key, _, correlation_id = struct.unpack_from(">hhi", frame, 4)
    return api_key, correlation_id


class Connection:
    """One client's connection to a node, and ours to the broker for it."""

    def __init__(self, network, node, client, broker):
        self.network = network
        self.node = node
        self.writers = {REPLY: client[1], REQUEST: broker[1]}
        self.readers = {REQUEST: client[0], REPLY: broker[0]}
        self.doomed = None  # The correlation id whose reply is to be lost.
        self.gaps = set()  # Directions in which bytes were swallowed.

    async def run(self):
        pumps = [asyncio.create_task(self.pump(direction)) for direction in (REQUEST, REPLY)]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for writer in self.writers.values():
            writer.close()

    async def pump(self, direction):
        """Passes frames on until one side ends, or a fault ends both."""
        while frame := await read_frame(self.readers[direction]):
            if not await self.network.weather(self, direction, frame):
                return

    def reset(self):
        """Ends both sides at once, unsent bytes thrown away."""
        for writer in self.writers.values():
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()


class Network:
    """Passes frames on between clients and nodes, as well as its faults let it."""

    def __init__(self):
        self.nodes = set()  # Those that the faults meet.
        self.lift()
        self.counts = collections.Counter()  # "dropped" and "cut": frames.
        self.connections = set()
        self.servers = []

    def lift(self):
        """Ends all faults but what was lost meanwhile; see mend()."""
        self.delay_s = 0.0
        self.bytes_per_s = 0  # In each direction of each connection; 0 is no limit.
        self.swallowed = frozenset()  # Directions whose frames vanish.
        self.drop_reply_to = None  # An api key: the next reply to it is dropped, the connection reset.
        self.cut_in = None  # (direction, n): in the middle of the nth frame, the connection is closed.

    async def serve(self, node, port, broker_port):
        async def accept(*client):
            try:
                broker = await asyncio.open_connection("127.0.0.1", broker_port)
            except OSError:  # A dead broker is dead through a proxy too.
                client[1].transport.abort()
                return
            connection = Connection(self, node, client, broker)
            self.connections.add(connection)
            await connection.run()
            self.connections.discard(connection)

        server = await asyncio.start_server(accept, "127.0.0.1", port)
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    def close(self):
        for server in self.servers:
            server.close()
        for connection in self.connections:
            connection.reset()

    def reset(self):
        """Resets every connection to the nodes."""
        for connection in self.connections:
            if connection.node in self.nodes:
                connection.reset()

    def mend(self):
        """Resets what has lost bytes: TCP would not go on after a gap."""
        for connection in self.connections:
            if connection.gaps:
                connection.reset()

    async def weather(self, connection, direction, frame):
        """Passes on what the faults leave of a frame. Whether the connection lives."""
        writer = connection.writers[direction]
        if connection.node in self.nodes:
            if self.is_doomed(connection, direction, frame):
                self.counts["dropped"] += 1
                connection.reset()
                return False
            if self.is_cut(direction, frame):
                self.counts["cut"] += 1
                writer.write(frame[:len(frame) // 2])
                return False
            if direction in self.swallowed:
                connection.gaps.add(direction)
                return True
            await asyncio.sleep(self.delay_s)
        if direction not in connection.gaps:
            await self.write(connection.node, writer, frame)
        return True

    def is_doomed(self, connection, direction, frame):
        if len(frame) < 8:
            return False
        if direction == REPLY:
            return connection.doomed == struct.unpack_from(">i", frame, 4)[0]
        if len(frame) >= 12:
            api_key, correlation_id = request_of(frame)
            if api_key == self.drop_reply_to:
                self.drop_reply_to = None
                connection.doomed = correlation_id
        return False

    def is_cut(self, direction, frame):
        if self.cut_in is None or self.cut_in[0] != direction or len(frame) < 8:
            return False
        left = self.cut_in[1] - 1
        self.cut_in = (direction, left) if left else None
        return left == 0

    async def write(self, node, writer, frame):
        begin = 0
        while begin < len(frame):
            rate = self.bytes_per_s if node in self.nodes else 0
            end = begin + max(1, int(rate * PIECE_S)) if rate else len(frame)
            piece = frame[begin:end]
            writer.write(piece)
            await writer.drain()
            begin = end
            if rate:
                await asyncio.sleep(len(piece) / rate)


class Proxy:
    """A Network with a thread of its own, between pairs of ports: (ours, the broker's) of each node."""

    def __init__(self, ports):
        self.network = Network()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        for node, (port, broker_port) in enumerate(ports):
            serving = self.network.serve(node, port, broker_port)
            asyncio.run_coroutine_threadsafe(serving, self.loop).result()

    def call(self, method):
        """Calls a method of the network that touches connections, in its thread."""
        self.loop.call_soon_threadsafe(method)
