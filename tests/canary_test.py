#!/usr/bin/env python3
"""Secrets in settings never come out: canary_test.py PROGRAM

Runs `wiredesk run` with a canary in every secret that settings can have, at log level debug with
librdkafka's own debug log, all of it, and looks for the canaries in what it writes: with valid and
invalid settings, before and during a login at a broker (of this test's own) that refuses it.
"""

import base64
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.parse

CANARY = "canary-5up3r-"  # Each secret begins so; none is part of another.

# property: how its value is written, "file", "env" or "plain" (in the settings themselves).
SECRETS = {
    "sasl.username": "env",
    "sasl.password": "file",
    "ssl.key.password": "plain",
    "ssl.keystore.password": "env",
    "sasl.oauthbearer.client.secret": "file",
    "sasl.oauthbearer.client.id": "env",
    "sasl.oauthbearer.config": "file",
    "sasl.oauthbearer.extensions": "env",
    "sasl.oauthbearer.assertion.private.key.passphrase": "plain",
    "client.rack": "env",
}


def canary(name):
    return CANARY + name.replace(".", "-")


class RefusingBroker:
    """Speaks just enough Kafka to be sent a password by SASL PLAIN, and refuses it."""

    def __init__(self):
        self.logins = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while True:
                size = stream.read(4)
                if len(size) < 4:
                    return
                request = stream.read(struct.unpack(">i", size)[0])
                key, version, correlation = struct.unpack(">hhi", request[:8])
                answer = self.answer(key, version, request)
                connection.sendall(struct.pack(">ii", len(answer) + 4, correlation) + answer)

    def answer(self, key, version, request):
        if key == 18:  # ApiVersions: what is known here; to a newer version, that it is too new.
            versions = [(3, 0, 4), (17, 1, 1), (18, 0, 0), (36, 0, 0)]
            listed = b"".join(struct.pack(">hhh", *one) for one in versions)
            return struct.pack(">hi", 35 if version > 0 else 0, len(versions)) + listed
        if key == 17:  # SaslHandshake
            return struct.pack(">hih", 0, 1, 5) + b"PLAIN"
        self.logins.append(request)
        reason = b"no such user"
        return struct.pack(">hh", 58, len(reason)) + reason + struct.pack(">i", -1)


class Setup:
    def __init__(self, folder, program):
        self.folder = folder
        self.program = program
        with open(os.path.join(folder, "test.rules"), "w", encoding="utf-8") as file:
            file.write("pack test version 1 language any\n"
                       "topic test:1 \"numbers\" { score 5 number need 5 }\n")
        self.environment = dict(os.environ)
        self.properties = {}
        for name, how in SECRETS.items():
            self.properties[name] = self.value(name, how)

    def value(self, name, how, text=None):
        text = text or canary(name)
        if how == "plain":
            return text
        if how == "env":
            variable = "CANARY_" + name.replace(".", "_").upper()
            self.environment[variable] = text
            return f"{{env: {variable}}}"
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return f"{{file: {path}}}"

    def run(self, properties, *arguments, command=("run",), level="debug", until=None):
        """Its exit code and all that it wrote; `until` ends it as soon as that is so."""
        settings = os.path.join(self.folder, "settings.yaml")
        lines = [f"  {name}: {value}" for name, value in properties.items()]
        with open(settings, "w", encoding="utf-8") as file:
            file.write("version: 1\nkafka:\n" + "\n".join(lines) + f"""
input: {{topics: [raw], group: desk}}
rules: [test.rules]
output: {{topic: tagged}}
log: {{level: {level}}}
""")
        with subprocess.Popen([self.program, *command, "-c", settings, *arguments], env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as worker:
            written = []
            for line in worker.stdout:
                written.append(line)
                if until is not None and until(line):
                    worker.kill()
            return worker.wait(), b"".join(written)


def forms(secret):
    """As it is, and as encodings that a log might show it in."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex(" ").encode()
    yield urllib.parse.quote(secret, safe="").replace("-", "%2D").encode()
    for lead in range(3):  # The middle of its base64, however it is aligned.
        yield base64.b64encode(b"x" * lead + plain)[4:-4]


def leaks(written):
    found = []
    for line in written.splitlines():
        for name in SECRETS:
            if any(form in line for form in forms(canary(name))):
                found.append(f"{name}: {line.decode(errors='replace')}")
    return found


def refused_settings(setup):
    """Settings that are refused when they are read, because of, or close to, a canary."""
    for name, how in SECRETS.items():
        yield {"bootstrap.servers": "b:1", name: setup.value(name, how), "group.id": "owned"}
        if "password" in name or "secret" in name:
            yield {"bootstrap.servers": "b:1", name: "{file: [" + canary(name) + "]}"}
    yield {"bootstrap.servers": "b:1", "sasl.password": "{env: NONE, default: " + canary("sasl.password")
           + "}", "group.id": "owned"}


def refused_properties(setup):
    """Properties that librdkafka refuses or warns of."""
    secret = setup.value("sasl.username", "env")
    for name in ("linger.ms", "security.protocol", "sasl.mechanisms", "debug", "compression.codec",
                 "no.such.property"):
        yield {name: secret}
    yield {"security.protocol": "ssl", "ssl.cipher.suites": secret}
    key = canary("ssl.key.password")
    yield {"security.protocol": "ssl", "ssl.key.pem": setup.value("ssl.key.pem", "file", key)}
    path = "/" + canary("sasl.password")
    yield {"security.protocol": "ssl", "ssl.key.location": setup.value("ssl.key.location", "env", path)}


def main():
    program = sys.argv[1]
    failures = []

    def look(what, written):
        failures.extend(f"{what}: {leak}" for leak in leaks(written))

    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(folder, program)
        broker = RefusingBroker()
        properties = {"bootstrap.servers": f"127.0.0.1:{broker.port}", "debug": "all",
                      "security.protocol": "sasl_plaintext", "sasl.mechanisms": "PLAIN"}
        properties |= setup.properties

        code, written = setup.run(properties, "--check")
        look("--check", written)
        if code != 0:
            failures.append(f"--check ends with {code}: {written.decode()}")

        _, written = setup.run(properties, until=lambda line: b"no such user" in line)
        look("login", written)
        # What was looked for was there to be found.
        if not any(canary("sasl.password").encode() in login for login in broker.logins):
            failures.append("the broker was never sent the password:\n" + written.decode())
        for wanted in (b"client.rack = (hidden)", b"sasl.password = ", b"no such user"):
            if wanted not in written:
                failures.append(f"librdkafka's debug log is not there: {wanted}")

        # At the usual log level it ends by itself, and says why.
        for command in (["run"], ["feed", __file__, "--to", "raw"]):
            code, written = setup.run(properties | {"debug": "broker"}, command=command, level="info")
            look(f"{command[0]} refused", written)
            if code != 77 or b"no such user" not in written:
                failures.append(f"{command[0]} refused: ends with {code}: {written.decode()}")

        count = 4
        for refused in refused_settings(setup):
            code, written = setup.run(refused, "--check")
            look(f"--check of {list(refused)}", written)
            count += 1
            if code != 78:
                failures.append(f"{list(refused)} ends with {code}")
        for refused in refused_properties(setup):
            refused["bootstrap.servers"] = "127.0.0.1:1"
            _, written = setup.run(refused, until=lambda line: b"Connect to" in line)
            look(f"run of {list(refused)}", written)
            count += 1
    if not leaks(base64.b64encode(b"0" + canary("sasl.password").encode())):
        failures.append("the test can't find a canary")
    for failure in failures:
        print(failure)
    print(f"{len(SECRETS)} canaries, {count} runs, {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
