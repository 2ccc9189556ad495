"""A Kafka of the test's own, with a listener for each way in, and a server that gives out tokens.

Listeners: TLS (any client), EXPIRED and ELSEWHERE (TLS with a bad certificate), MTLS (clients need a
certificate), SASL (PLAIN, SCRAM and OAUTHBEARER over TLS), UNSECURED (OAUTHBEARER with tokens that nobody
signed, without TLS).
"""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import threading
import time

from certificates import Authority, TokenKey

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "kafka"
LISTENERS = {"TLS": "SSL", "EXPIRED": "SSL", "ELSEWHERE": "SSL", "MTLS": "SSL", "SASL": "SASL_SSL",
             "UNSECURED": "SASL_PLAINTEXT"}
USER = "desk"
PASSWORD = "right-password"
AUDIENCE = "news"
JAAS = "org.apache.kafka.common.security."


class TokenServer:
    """Answers like an OpenID provider: /good and /forged give tokens, /broken is no use."""

    def __init__(self, good, forged):
        keys = {"/good": good, "/forged": forged}
        right = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                key = keys.get(self.path)
                if self.headers.get("Authorization") != right:
                    return self.answer(401, {"error": "invalid_client"})
                if key is None:
                    return self.answer(404, {"error": "not_found"})
                return self.answer(200, {"access_token": key.token(USER, AUDIENCE, 300),
                                         "token_type": "Bearer", "expires_in": 300})

            def answer(self, status, fields):
                body = json.dumps(fields).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Broker:
    def __init__(self, folder):
        self.folder = folder
        self.authority = Authority(folder, "authority")
        self.stranger = Authority(folder, "stranger")
        self.client = self.authority.issue("worker", "client")
        self.expired_client = self.authority.issue("former-worker", "client", expired=True)
        self.strange_client = self.stranger.issue("strange-worker", "client")
        self.key = TokenKey(folder, "tokens")
        self.tokens = TokenServer(self.key, TokenKey(folder, "forged"))
        jwks = self.write("jwks.json", self.key.jwks())
        self.environment = {
            **os.environ,
            "WIREDESK_KAFKA_DIR": os.path.join(folder, "kafka"),
            "WIREDESK_KAFKA_PROPERTIES": self.write("more.properties", self.properties(jwks)),
            "WIREDESK_KAFKA_HEAP": "256m",
            "WIREDESK_KAFKA_PARTITIONS": "1",
            # Kafka asks for this before it reads a key from anywhere.
            "JAVA_TOOL_OPTIONS": f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://{jwks}",
        }

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(text)
        return path

    def properties(self, jwks):
        server = self.authority.issue("server", "server")
        stores = {"tls": server, "mtls": server, "sasl": server,
                  "expired": self.authority.issue("expired", "server", expired=True),
                  "elsewhere": self.authority.issue("elsewhere", "elsewhere")}
        lines = []
        for listener, store in stores.items():
            lines += [f"listener.name.{listener}.ssl.keystore.type=PEM",
                      f"listener.name.{listener}.ssl.keystore.location={store}.both"]
        lines += ["listener.name.mtls.ssl.client.auth=required",
                  "listener.name.mtls.ssl.truststore.type=PEM",
                  f"listener.name.mtls.ssl.truststore.location={self.authority.path}",
                  "listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
                  "listener.name.sasl.plain.sasl.jaas.config=" + JAAS +
                  f"plain.PlainLoginModule required user_{USER}=\"{PASSWORD}\";",
                  "listener.name.unsecured.sasl.enabled.mechanisms=OAUTHBEARER"]
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            lines.append(f"listener.name.sasl.{mechanism}.sasl.jaas.config={JAAS}"
                         "scram.ScramLoginModule required;")
        for listener in ("sasl", "unsecured"):
            lines.append(f"listener.name.{listener}.oauthbearer.sasl.jaas.config={JAAS}"
                         "oauthbearer.OAuthBearerLoginModule required;")
        lines += ["listener.name.sasl.oauthbearer.sasl.server.callback.handler.class=" + JAAS +
                  "oauthbearer.OAuthBearerValidatorCallbackHandler",
                  f"sasl.oauthbearer.jwks.endpoint.url=file://{jwks}",
                  f"sasl.oauthbearer.expected.audience={AUDIENCE}"]
        return "\n".join(lines) + "\n"

    def tool(self, *arguments):
        return subprocess.run([TOOL, *arguments], env=self.environment, check=True,
                              stdout=subprocess.PIPE, text=True, timeout=120).stdout.strip()

    def start(self):
        arguments = []
        for name, protocol in LISTENERS.items():
            arguments += ["--listener", f"{name}={protocol}"]
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            arguments += ["--scram", f"{mechanism}=[name={USER},password={PASSWORD}]"]
        self.plain = self.tool("start", *arguments)
        self.addresses = {name: self.tool("bootstrap", name) for name in LISTENERS}

    def make_topics(self, names):
        """The broker makes a topic that is asked for so; its own tool starts a Java machine for each."""
        end = time.monotonic() + 60
        while True:
            there = self.kcat("-L")
            missing = [name for name in names if f'topic "{name}" with 1 partitions' not in there]
            if not missing:
                return
            if time.monotonic() > end:
                raise RuntimeError(f"topics were not made: {missing}:\n{there}")
            for name in missing:
                self.kcat("-L", "-t", name, "-X", "allow.auto.create.topics=true")

    def kcat(self, *arguments):
        return subprocess.run(["kcat", "-b", self.plain, *arguments], check=True, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout

    def change_password(self):
        """Of PLAIN's user, as an operator of Kafka does it: by a restart."""
        self.tool("kill", "1")
        path = os.path.join(self.environment["WIREDESK_KAFKA_DIR"], "n1", "server.properties")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(f'user_{USER}="{PASSWORD}"', f'user_{USER}="another-password"'))
        self.tool("revive", "1")

    def stop(self):
        self.tool("stop")
