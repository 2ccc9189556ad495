#!/usr/bin/env python3
"""How brokers let the program in, and how it says that they don't: access_test.py PROGRAM

Starts a Kafka of its own with a listener for each way in (broker.py). Good credentials and
certificates: articles go by `feed` and a worker to the output topic, in both delivery modes. Bad ones:
every command ends by itself, soon, with exit status 77 and a message that names cause and setting.

Exit status: 0 passed, 1 failed, 77 skipped (WIREDESK_SKIP_BROKER_TESTS=1).
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from broker import PASSWORD, USER, Broker

ARTICLES = 20
MODES = ("at_least_once", "exactly_once")
REFUSED = 77
WRONG_SETTINGS = 78
UNREACHABLE = 69
SECONDS_MAX = 20  # For a refusal: of some 2 s on a calm machine.


class Desk:
    """Settings files and the program."""

    def __init__(self, program, folder, broker):
        self.program = program
        self.folder = folder
        self.broker = broker
        self.count = 0
        self.lock = threading.Lock()
        self.feed = broker.write("feed.ndjson", "".join(
            f'{{"id": "{i}", "title": "Number {i}", "body": "The number."}}\n' for i in range(ARTICLES)))
        broker.write("test.rules", "pack test version 1 language any\n"
                     'topic test:1 "numbers" { score 5 number need 5 }\n')

    def settings(self, listener, kafka, mode="at_least_once", more=None):
        """A settings file, with a group of its own."""
        with self.lock:
            self.count += 1
            name = f"worker-{self.count}"
        address = self.broker.addresses.get(listener, self.broker.plain)
        settings = {
            "version": 1,
            "kafka": {"bootstrap.servers": address, **kafka},
            "input": {"topics": ["raw"], "group": name, "start": "earliest"},
            "rules": ["test.rules"],
            "output": {"topic": "tagged"},
            "delivery": mode,
            "runtime": {"lanes": 1},
            **(more or {}),
        }
        return self.broker.write(f"{name}.yaml", json.dumps(settings))

    def run(self, *arguments):
        """Its exit status, what it wrote, and how long it took."""
        begin = time.monotonic()
        with subprocess.Popen([self.program, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as process:
            timer = threading.Timer(60, process.kill)  # One that is let in where it should not be.
            timer.start()
            text = process.communicate()[0]
            timer.cancel()
        return process.returncode, text, time.monotonic() - begin


def secret(desk, name, text):
    return {"file": desk.broker.write(name, text + "\n")}


def tls(authority):
    return {"security.protocol": "ssl", "ssl.ca.location": authority.path}


def with_certificate(properties, base):
    return {**properties, "ssl.certificate.location": base + ".pem", "ssl.key.location": base + ".key"}


def login(desk, mechanism, user=USER, password=PASSWORD):
    return {"security.protocol": "sasl_ssl", "ssl.ca.location": desk.broker.authority.path,
            "sasl.mechanism": mechanism, "sasl.username": user,
            "sasl.password": secret(desk, f"password-{password}", password)}


def oidc(desk, page="good", password=PASSWORD):
    return {"security.protocol": "sasl_ssl", "ssl.ca.location": desk.broker.authority.path,
            "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.client.id": USER,
            "sasl.oauthbearer.client.secret": secret(desk, f"secret-{password}", password),
            "sasl.oauthbearer.token.endpoint.url": f"{desk.broker.tokens.url}/{page}"}


UNSECURED = {"security.protocol": "sasl_plaintext", "sasl.mechanism": "OAUTHBEARER",
             "enable.sasl.oauthbearer.unsecure.jwt": "true",
             "sasl.oauthbearer.config": f"principal={USER}"}
PASSWORD_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


def good_cases(desk):
    """(name, listener, properties): ways in."""
    broker = desk.broker
    yield "tls", "TLS", tls(broker.authority)
    yield "mtls", "MTLS", with_certificate(tls(broker.authority), broker.client)
    for mechanism in PASSWORD_MECHANISMS:
        yield mechanism.lower(), "SASL", login(desk, mechanism)
    yield "oidc", "SASL", oidc(desk)
    yield "unsecured", "UNSECURED", UNSECURED


def bad_cases(desk):
    """(name, listener, properties, exit status, expressions that the message must have)."""
    broker = desk.broker
    ours = tls(broker.authority)
    certificate = r"ssl\.certificate\.location and ssl\.key\.location"
    yield ("another authority", "TLS", tls(broker.stranger), REFUSED,
           [r"certificate is not accepted: unable to get local issuer", r"ssl\.ca\.location"])
    yield "expired broker", "EXPIRED", ours, REFUSED, [r"has expired", "this machine's clock"]
    yield ("another host", "ELSEWHERE", ours, REFUSED, [r"for another host", r"bootstrap\.servers"])
    yield "no certificate", "MTLS", ours, REFUSED, [r"or misses one", certificate]
    yield ("expired certificate", "MTLS", with_certificate(ours, broker.expired_client), REFUSED,
           [r"does not accept our certificate", certificate])
    yield ("strange certificate", "MTLS", with_certificate(ours, broker.strange_client), REFUSED,
           [r"does not accept our certificate", certificate])
    for mechanism in PASSWORD_MECHANISMS:
        wanted = ["Authentication failed", r"sasl\.username and sasl\.password"]
        yield (f"password, {mechanism}", "SASL", login(desk, mechanism, password="wrong-password"),
               REFUSED, wanted)
        yield (f"user, {mechanism}", "SASL", login(desk, mechanism, user="nobody"), REFUSED, wanted)
    yield ("mechanism", "UNSECURED", {**login(desk, "PLAIN"), "security.protocol": "sasl_plaintext"},
           REFUSED, ["supported mechanisms: OAUTHBEARER", r"look at sasl\.mechanism"])
    yield ("client secret", "SASL", oidc(desk, password="wrong-password"), REFUSED,
           ["invalid_client", r"sasl\.oauthbearer\.client\.secret"])
    yield ("forged token", "SASL", oidc(desk, "forged"), REFUSED,
           ["invalid_token", r"sasl\.oauthbearer\.token\.endpoint\.url"])
    yield ("no token", "SASL", oidc(desk, "broken"), REFUSED,
           ["not_found", r"sasl\.oauthbearer\.token\.endpoint\.url"])
    yield ("unsigned token", "SASL", {**UNSECURED, **ours, "security.protocol": "sasl_ssl"}, REFUSED,
           ["invalid_token"])
    yield ("no source of tokens", "UNSECURED",
           {"security.protocol": "sasl_plaintext", "sasl.mechanism": "OAUTHBEARER"}, WRONG_SETTINGS,
           [r"set sasl\.oauthbearer\.method"])


class Report:
    def __init__(self):
        self.failures = []
        self.checks = 0
        self.slowest = 0.0

    def expect(self, what, holds, text):
        self.checks += 1
        if not holds:
            self.failures.append(f"{what}:\n{text}")


def check_good(desk, report, name, listener, kafka):
    """Through both commands, and with rules from a topic; the output is there."""
    rules = {"rules": {"packs": ["test.rules"], "topic": "rules"}}
    settings = {mode: desk.settings(listener, kafka, mode, rules) for mode in MODES}
    code, text, _ = desk.run("feed", desk.feed, "--to", "raw", "-c", settings[MODES[0]])
    report.expect(f"feed by {name}", code == 0, text)
    for mode in MODES:
        code, text, _ = desk.run("run", "-c", settings[mode], "--until-end")
        out = re.search(r"(\d+) articles in, (\d+) out, 0 dead", text)
        report.expect(f"worker by {name}, {mode}",
                      code == 0 and out and out[1] == out[2] and int(out[1]) >= ARTICLES, text)


def check_refusal(report, what, result, status, wanted):
    code, text, seconds = result
    report.slowest = max(report.slowest, seconds)
    report.expect(f"{what} ends with {code}, not {status}", code == status, text)
    report.expect(f"{what} took {seconds:.1f} s", seconds < SECONDS_MAX, text)
    for expression in wanted:
        report.expect(f"{what} does not say /{expression}/", re.search(expression, text), text)
    # One error: nothing of the many tries before it.
    errors = [line for line in text.splitlines() if re.search(r"\b(error|warning|wiredesk:) ", line)]
    report.expect(f"{what} says it {len(errors)} times", len(errors) == 1, text)
    for password in (PASSWORD, "wrong-password"):
        report.expect(f"{what} shows a secret", password not in text, text)


def check_bad(desk, report, name, listener, kafka, status, wanted):
    settings = desk.settings(listener, kafka)
    check_refusal(report, f"worker, {name}", desk.run("run", "-c", settings), status, wanted)


def client_cases(desk):
    """(name, arguments): whichever client is refused, and in whatever way it runs."""
    right = login(desk, "PLAIN")
    wrong = login(desk, "PLAIN", password="wrong-password")["sasl.password"]
    for client in ("consumer", "producer"):
        settings = desk.settings("SASL", {**right, client: {"sasl.password": wrong}})
        yield f"{client}'s password", ("run", "-c", settings, "--until-end")
    right["sasl.password"] = wrong
    settings = desk.settings("SASL", right, more={"rules": {"topic": "rules"}})
    yield "password for the rules", ("run", "-c", settings)
    yield "password, exactly once", ("run", "-c", desk.settings("SASL", right, "exactly_once"))
    yield "password, feed", ("feed", desk.feed, "--to", "raw", "-c", settings)


def check_client(desk, report, name, arguments):
    check_refusal(report, name, desk.run(*arguments), REFUSED, [r"sasl\.password"])


def check_change(desk, report):
    """A password that is changed while a worker is at work ends it, once the broker asks for it."""
    settings = desk.settings("SASL", login(desk, "PLAIN"))
    begin = time.monotonic()
    with subprocess.Popen([desk.program, "run", "-c", settings], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as worker:
        try:
            text = ""
            for line in worker.stdout:
                text += line
                if "assigned" in line:
                    break
            desk.broker.change_password()
            begin = time.monotonic()
            text += worker.communicate(timeout=60)[0]
        finally:
            worker.kill()
    report.expect(f"worker with an old password ends with {worker.returncode}",
                  worker.returncode == REFUSED and "no access to Kafka" in text, text)
    report.expect("worker with an old password takes too long",
                  time.monotonic() - begin < SECONDS_MAX, text)


def check_command_line(desk, report):
    code, text, _ = desk.run("feed", desk.feed, "--to", "any", "-X", "sasl.password=seen-by-all")
    report.expect("a secret on the command line is refused",
                  code == WRONG_SETTINGS and "--config" in text and "seen-by-all" not in text, text)


def check_all(desk, report):
    desk.broker.make_topics(["raw", "tagged", "tagged.dead-letter", "rules"])
    # All cases first: they write files of secrets that others read.
    cases = [(check_good, *case) for case in good_cases(desk)]
    cases += [(check_bad, *case) for case in bad_cases(desk)]
    cases += [(check_client, *case) for case in client_cases(desk)]
    cases += [(check_command_line,)]
    # Most of the time is spent waiting.
    with concurrent.futures.ThreadPoolExecutor(max_workers=6) as pool:
        jobs = [pool.submit(check, desk, report, *case) for check, *case in cases]
        for job in jobs:
            job.result()
    check_change(desk, report)


def main():
    if os.environ.get("WIREDESK_SKIP_BROKER_TESTS") == "1":
        print("NOT TESTED AGAINST A REAL KAFKA: WIREDESK_SKIP_BROKER_TESTS=1")
        return 77
    report = Report()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wiredesk-access-") as folder:
        broker = Broker(folder)
        try:
            broker.start()
            check_all(Desk(sys.argv[1], folder, broker), report)
        finally:
            broker.stop()
    for failure in report.failures:
        print(failure)
    print(f"{report.checks} checks, {len(report.failures)} failures, the slowest refusal "
          f"{report.slowest:.1f} s, {time.monotonic() - begin:.0f} s in all")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
