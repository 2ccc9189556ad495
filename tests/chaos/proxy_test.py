#!/usr/bin/env python3
"""The proxy of the chaos runs does to Kafka's frames what it says, and nothing else."""

import asyncio
import random
import struct
import unittest

import proxy

PRODUCE = 0


def request(api_key, correlation_id, payload=b""):
    body = struct.pack(">hhi", api_key, 3, correlation_id) + payload
    return struct.pack(">i", len(body)) + body


def reply(correlation_id, payload=b""):
    return struct.pack(">ii", 4 + len(payload), correlation_id) + payload


class ProxyTest(unittest.IsolatedAsyncioTestCase):
    """A client and a broker that the test plays itself, and the network between them."""

    async def asyncSetUp(self):
        self.accepted = asyncio.Queue()
        self.broker = await asyncio.start_server(
            lambda *streams: self.accepted.put_nowait(streams), "127.0.0.1", 0)
        self.network = proxy.Network()
        self.network.nodes = {0}
        self.port = await self.network.serve(0, 0, self.broker.sockets[0].getsockname()[1])
        self.writers = []

    async def asyncTearDown(self):
        for writer in self.writers:
            writer.transport.abort()
        self.network.close()
        self.broker.close()
        while self.network.connections:
            await asyncio.sleep(0)

    async def connect(self):
        """(reader, writer) of the client and of the broker."""
        client = await asyncio.open_connection("127.0.0.1", self.port)
        broker = await asyncio.wait_for(self.accepted.get(), 10)
        self.writers += [client[1], broker[1]]
        return client, broker

    async def receives(self, reader, data):
        self.assertEqual(await asyncio.wait_for(reader.readexactly(len(data)), 10), data)

    async def ends_after(self, reader, data):
        """The stream has that, and then ends, by a reset or not."""
        received = b""
        try:
            while piece := await asyncio.wait_for(reader.read(1 << 16), 10):
                received += piece
        except ConnectionResetError:
            pass
        self.assertEqual(received, data)

    async def exchange(self, client, broker, api_key, correlation_id):
        client[1].write(request(api_key, correlation_id, b"ask"))
        await self.receives(broker[0], request(api_key, correlation_id, b"ask"))
        broker[1].write(reply(correlation_id, b"answer"))

    async def pass_random_frames(self):
        client, broker = await self.connect()
        chance = random.Random(7)
        sizes = [0, 1, 70000] + [chance.randrange(500) for _ in range(30)]
        asked = b"".join(request(chance.randrange(60), i, chance.randbytes(n)) for i, n in enumerate(sizes))
        answered = b"".join(reply(i, chance.randbytes(n)) for i, n in enumerate(sizes))
        unfinished = reply(99, b"0123456789")[:9]
        for stream, data in ((client[1], asked), (broker[1], answered + unfinished)):
            begin = 0
            while begin < len(data):  # In pieces that know nothing of frames.
                size = chance.randint(1, 30000)
                stream.write(data[begin:begin + size])
                begin += size
                await asyncio.sleep(0)
        await self.receives(broker[0], asked)
        await self.receives(client[0], answered)
        broker[1].close()
        await self.ends_after(client[0], unfinished)

    async def test_passes_every_byte_on(self):
        await self.pass_random_frames()

    async def test_passes_every_byte_on_when_slow(self):
        self.network.delay_s = 0.0005
        self.network.bytes_per_s = 1_000_000  # The largest frame goes in pieces.
        await self.pass_random_frames()

    async def test_spares_other_nodes(self):
        self.network.nodes = {1}
        self.network.swallowed = frozenset({proxy.REQUEST, proxy.REPLY})
        self.network.drop_reply_to = PRODUCE
        self.network.cut_in = (proxy.REPLY, 1)
        await self.pass_random_frames()

    async def test_drops_one_reply_to_the_end_of_a_transaction(self):
        self.network.drop_reply_to = proxy.END_TXN
        client, broker = await self.connect()
        await self.exchange(client, broker, PRODUCE, 5)
        await self.receives(client[0], reply(5, b"answer"))
        # The next reply belongs to an earlier request than the one that loses its own.
        client[1].write(request(PRODUCE, 6) + request(proxy.END_TXN, 7))
        await self.receives(broker[0], request(PRODUCE, 6) + request(proxy.END_TXN, 7))
        broker[1].write(reply(6, b"a") + reply(7, b"b") + reply(8, b"c"))
        await self.ends_after(client[0], reply(6, b"a"))
        await self.ends_after(broker[0], b"")
        self.assertEqual(self.network.counts, {"dropped": 1})
        client, broker = await self.connect()
        for correlation_id in (7, 8):
            await self.exchange(client, broker, proxy.END_TXN, correlation_id)
            await self.receives(client[0], reply(correlation_id, b"answer"))

    async def test_cuts_a_reply_in_its_middle(self):
        self.network.cut_in = (proxy.REPLY, 2)
        client, broker = await self.connect()
        await self.exchange(client, broker, PRODUCE, 1)
        await self.exchange(client, broker, PRODUCE, 2)
        whole = reply(2, b"answer")
        await self.ends_after(client[0], reply(1, b"answer") + whole[:len(whole) // 2])
        await self.ends_after(broker[0], b"")
        self.assertEqual(self.network.counts, {"cut": 1})

    async def test_cuts_a_request_in_its_middle(self):
        self.network.cut_in = (proxy.REQUEST, 1)
        client, broker = await self.connect()
        whole = request(proxy.END_TXN, 1, b"payload")
        client[1].write(whole)
        await self.ends_after(broker[0], whole[:len(whole) // 2])
        await self.ends_after(client[0], b"")

    async def test_swallows_one_direction_and_never_goes_on_after_a_gap(self):
        self.network.swallowed = frozenset({proxy.REPLY})
        client, broker = await self.connect()
        await self.exchange(client, broker, PRODUCE, 1)
        await self.exchange(client, broker, PRODUCE, 2)
        while not any(one.gaps for one in self.network.connections):
            await asyncio.sleep(0)
        self.network.lift()
        await self.exchange(client, broker, PRODUCE, 3)
        self.network.mend()
        await self.ends_after(client[0], b"")
        client, broker = await self.connect()
        await self.exchange(client, broker, PRODUCE, 1)
        await self.receives(client[0], reply(1, b"answer"))

    async def test_resets_connections(self):
        client, broker = await self.connect()
        await self.exchange(client, broker, PRODUCE, 1)
        await self.receives(client[0], reply(1, b"answer"))
        self.network.reset()
        with self.assertRaises(ConnectionResetError):
            await asyncio.wait_for(client[0].read(1), 10)
        await self.ends_after(broker[0], b"")


if __name__ == "__main__":
    unittest.main()
