"""Network faults of the chaos runs: which, where, and for how long, as a seed says.

  delay       every frame comes 20 to 500 ms late
  throttle    20 to 200 kB a second in each direction of a connection
  reset       all connections are reset, a few times
  black_hole  all bytes vanish, connections are accepted; each third time for longer than a transaction's
              requests wait for their replies
  deaf        the same, but only replies vanish: brokers do what they are asked, and nobody hears of it
  cut         a connection ends in the middle of a frame, a few times
  drop_reply  one reply to the end of a transaction is dropped, and its connection reset; at least once,
              one to a commit of offsets

What a connection swallowed it can't go on without, so it is reset when the fault is lifted.
"""

import time

import proxy

# Of the transactional producer, librdkafka's default: just under its transaction.timeout.ms of 15 s.
REQUEST_TIMEOUT_S = 15
# A reply is asked for again and again while articles flow; a worker may just have to start first.
WAIT_FOR_FRAME_S = 20
DROPPED = {"exactly_once": proxy.END_TXN, "at_least_once": proxy.OFFSET_COMMIT}
KINDS = ["delay", "throttle", "reset", "black_hole", "deaf", "cut", "drop_reply"]


def ports_of(addresses):
    return [int(address.rsplit(":", 1)[1]) for address in addresses.split(",")]


class BadNetwork:
    """The proxies before all brokers, and one fault at a time."""

    def __init__(self, brokers, behind, mode):
        self.brokers = brokers
        ports = list(zip(ports_of(brokers), ports_of(behind), strict=True))
        self.nodes = range(len(ports))
        self.proxy = proxy.Proxy(ports)
        self.network = self.proxy.network
        self.dropped = DROPPED[mode]
        self.kinds = []
        self.silences = 0

    def break_once(self, chance):
        """One fault from its beginning to its end. What it was."""
        if not self.kinds:
            self.kinds = chance.sample(KINDS, len(KINDS))
        kind = self.kinds.pop()
        all_nodes = set(self.nodes)
        self.network.nodes = all_nodes if chance.random() < 0.5 else {chance.choice(self.nodes)}
        was_met = getattr(self, kind)(chance) is not False
        self.network.lift()
        self.proxy.call(self.network.mend)
        return kind if was_met else f"{kind} (not met)"

    def delay(self, chance):
        self.network.delay_s = chance.uniform(0.02, 0.5)
        time.sleep(chance.uniform(2, 8))

    def throttle(self, chance):
        self.network.bytes_per_s = chance.randint(20_000, 200_000)
        time.sleep(chance.uniform(2, 8))

    def reset(self, chance):
        for _ in range(chance.randint(1, 4)):
            self.proxy.call(self.network.reset)
            time.sleep(chance.uniform(0, 1.5))

    def black_hole(self, chance):
        self.swallow(chance, {proxy.REQUEST, proxy.REPLY})

    def deaf(self, chance):
        self.swallow(chance, {proxy.REPLY})

    def swallow(self, chance, directions):
        self.silences += 1
        self.network.swallowed = frozenset(directions)
        is_long = self.silences % 3 == 0
        time.sleep(REQUEST_TIMEOUT_S + chance.uniform(1, 4) if is_long else chance.uniform(1, 8))

    def cut(self, chance):
        for _ in range(chance.randint(1, 3)):
            direction = chance.choice([proxy.REQUEST, proxy.REPLY])
            before = self.network.counts["cut"]
            self.network.cut_in = (direction, chance.randint(1, 50))
            if not self.wait_for("cut", before):
                return False
        return True

    def drop_reply(self, chance):
        self.network.nodes = set(self.nodes)  # One broker alone has the coordinator.
        before = self.network.counts["dropped"]
        self.network.drop_reply_to = self.dropped
        was_met = self.wait_for("dropped", before)
        time.sleep(chance.uniform(0, 2))
        return was_met

    def wait_for(self, count, before):
        end = time.monotonic() + WAIT_FOR_FRAME_S
        while self.network.counts[count] == before:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True
