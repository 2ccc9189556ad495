"""Certificates and signed tokens for a test's broker and its clients, made by openssl at test time.

All are files in one folder: NAME.pem is a certificate, NAME.key its private key, and NAME.both holds
the two, as Kafka's PEM key stores want them.
"""

import base64
import json
import os
import subprocess
import time

CONFIG = """
[ca]
default_ca = test
[test]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
[elsewhere]
subjectAltName = DNS:kafka.elsewhere.example
[client]
extendedKeyUsage = clientAuth
"""


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60).stdout


class Authority:
    """A certificate authority; `path` is its own certificate."""

    def __init__(self, folder, name):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.config = self.file("config")
        for file, text in (("config", CONFIG.format(folder=self.folder)), ("index", ""), ("serial", "01\n")):
            with open(self.file(file), "w", encoding="ascii") as stream:
                stream.write(text)
        self.path = self.file("ca.pem")
        openssl("req", "-x509", *new_key(self.file("ca.key")), "-days", "2", "-subj", f"/CN={name}",
                "-config", self.config, "-extensions", "authority", "-out", self.path)

    def file(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, kind, expired=False):
        """A certificate; `kind` is a section of CONFIG. Its path without the ending."""
        base = self.file(name)
        openssl("req", "-new", *new_key(base + ".key"), "-subj", f"/CN={name}", "-config", self.config,
                "-out", base + ".request")
        years = ("20200101000000Z", "20210101000000Z" if expired else "20990101000000Z")
        openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", self.path, "-keyfile",
                self.file("ca.key"), "-extensions", kind, "-startdate", years[0], "-enddate", years[1],
                "-in", base + ".request", "-out", base + ".pem")
        with open(base + ".both", "w", encoding="ascii") as both:
            for part in (".key", ".pem"):
                with open(base + part, encoding="ascii") as file:
                    both.write(file.read())
        return base


def new_key(path):
    # Of the owner alone, as openssl makes it.
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TokenKey:
    """Signs tokens (JWT, RS256)."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name + ".key")
        openssl("genrsa", "-out", self.path, "2048")

    def jwks(self):
        modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip()
        number = bytes.fromhex(modulus.removeprefix("Modulus="))
        return json.dumps({"keys": [{"kty": "RSA", "kid": "test", "alg": "RS256", "use": "sig",
                                     "n": base64url(number), "e": "AQAB"}]})

    def token(self, subject, audience, seconds):
        now = int(time.time())
        parts = [{"alg": "RS256", "kid": "test", "typ": "JWT"},
                 {"iss": "test", "sub": subject, "aud": audience, "iat": now, "exp": now + seconds}]
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        signature = openssl("dgst", "-sha256", "-sign", self.path, data=signed.encode())
        return signed + "." + base64url(signature)
