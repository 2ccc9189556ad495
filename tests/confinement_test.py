#!/usr/bin/env python3
"""Checks how the program is confined (docs/OPERATIONS.md, "Confinement").

Usage: confinement_test.py exposure UNIT         how systemd-analyze rates the unit
       confinement_test.py calls UNIT PROGRAM    the program runs under the unit's system call filter
       confinement_test.py core PROGRAM          `run` turns core dumps off before it reads settings
       confinement_test.py image ROOT BUILD      the container's root holds what is needed, no more
       confinement_test.py agree ROOT            unit, container file and documentation say the same

Exits with 77 (skipped) where the machine lacks what a check needs.
"""

import ctypes
import os
import re
import resource
import shutil
import stat
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
EXPOSURE_MAX = 1.2

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ALLOW, KILL, NO_FAMILY = 0x7FFF0000, 0x80000000, 0x00050000 | 97  # EAFNOSUPPORT
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
NUMBERS = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def fail(why):
    print(f"FAILED: {why}")
    sys.exit(1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def unit_values(unit, key):
    return re.findall(rf"^{key}=(.*)$", read(unit), re.MULTILINE)


def analyze(*arguments):
    if shutil.which("systemd-analyze") is None:
        skip("there is no systemd-analyze on this machine")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def check_exposure(unit):
    result = analyze("security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    if not found:
        if "--offline" in result.stderr:
            skip("this systemd-analyze can't rate a file: " + result.stderr.strip())
        fail(result.stdout + result.stderr)
    for line in result.stdout.splitlines():
        if line.startswith("✗"):
            print(line.rstrip())
    print(f"exposure {found[1]}, allowed {EXPOSURE_MAX}")
    if float(found[1]) > EXPOSURE_MAX:
        fail("the unit is more exposed than allowed")
    # Of a misspelt setting systemd only warns, and goes on without it.
    for line in analyze("verify", "--man=no", unit).stderr.splitlines():
        if "is not executable" not in line:  # It is not installed here.
            fail(line)


def call_groups():
    """Name -> calls and names of further groups, as systemd-analyze lists them."""
    groups, name = {}, None
    for line in analyze("syscall-filter", "--no-pager").stdout.splitlines():
        word = line.strip()
        if word.startswith("@") and not line[0].isspace():
            name = word
            groups[name] = set()
        elif not word or not line[0].isspace():
            name = None  # What follows is no group.
        elif name is not None and not word.startswith("#"):
            groups[name].add(word)
    return groups


def allowed_calls(unit):
    """Of the unit's SystemCallFilter lines: the first allows, those with ~ take away."""
    groups = call_groups()

    def calls_of(words):
        return set().union(*(calls_of(groups[word]) if word.startswith("@") else {word}
                             for word in words))

    calls = calls_of(["@default"])
    for line in unit_values(unit, "SystemCallFilter"):
        named = calls_of(line.lstrip("~").split())
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def filter_program(calls, unit):
    """Classic BPF: the calls, no memory that can be written and run, and the address families."""
    numbers = {name: int(number) for name, number in
               re.findall(r"#define __NR_(\w+) (\d+)", read(NUMBERS))}
    code = []

    def add(operation, value, if_true=0, if_false=0):
        code.append(struct.pack("HBBI", operation, if_true, if_false, value))

    add(LOAD, 4)
    add(JUMP_EQUAL, 0xC000003E, 1, 0)  # x86-64
    add(RETURN, KILL)
    add(LOAD, 0)
    if unit_values(unit, "MemoryDenyWriteExecute") == ["yes"]:
        add(JUMP_EQUAL, numbers["mmap"], 0, 5)
        add(LOAD, 32)
        add(AND, 6)  # PROT_WRITE | PROT_EXEC
        add(JUMP_EQUAL, 6, 0, 1)
        add(RETURN, KILL)
        add(LOAD, 0)
        add(JUMP_EQUAL, numbers["mprotect"], 0, 4)
        add(LOAD, 32)
        add(JUMP_ANY_BIT, 4, 0, 1)  # PROT_EXEC
        add(RETURN, KILL)
        add(LOAD, 0)
    if unit_values(unit, "RestrictAddressFamilies") == ["AF_INET AF_INET6"]:
        add(JUMP_EQUAL, numbers["socket"], 0, 5)
        add(LOAD, 16)
        add(JUMP_EQUAL, 2, 2, 0)
        add(JUMP_EQUAL, 10, 1, 0)
        add(RETURN, NO_FAMILY)
        add(LOAD, 0)
    for name in sorted(calls & numbers.keys()):
        add(JUMP_EQUAL, numbers[name], 0, 1)
        add(RETURN, ALLOW)
    add(RETURN, KILL)
    return code


def run_filtered(code, command):
    """The command's result where every call that the filter does not allow kills it."""
    text = ctypes.create_string_buffer(b"".join(code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)

    def confine():
        if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0):
            raise OSError(ctypes.get_errno(), "no filter")

    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=confine,
                          stdin=subprocess.DEVNULL)


def check_calls(unit, program):
    if os.uname().machine != "x86_64" or not os.path.exists(NUMBERS):
        skip("the numbers of system calls are known for x86-64 only")
    command = [program, "demo", "--articles", "300"]
    calls = allowed_calls(unit)
    result = run_filtered(filter_program(calls, unit), command)
    if result.returncode != 0:
        fail(f"under the unit's filter the program ends with {result.returncode} (-31: it made a call "
             f"that is not allowed; strace -f shows which)\n{result.stdout}{result.stderr}")
    print(f"broker, feed and worker run with {len(calls)} system calls allowed")
    # The filter bites: without one call that the doorbells need it does not work.
    result = run_filtered(filter_program(calls - {"eventfd2"}, unit), command)
    if result.returncode != -31:
        fail(f"without eventfd2 the program ends with {result.returncode}, not by the filter")
    for name in ("ptrace", "mount", "bpf", "setuid", "unshare", "keyctl", "init_module", "reboot",
                 "process_vm_readv", "userfaultfd", "io_uring_setup", "perf_event_open"):
        if name in calls:
            fail(f"the filter allows {name}")


def check_core(program):
    with tempfile.TemporaryDirectory() as folder:
        settings = os.path.join(folder, "settings.yaml")
        os.mkfifo(settings)

        def allow_core():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

        with subprocess.Popen([*unprivileged(), program, "run", "-c", settings],
                              preexec_fn=allow_core, stderr=subprocess.PIPE, text=True) as worker:
            # Opens when the worker does: from here on it waits for its settings.
            with open(settings, "w", encoding="utf-8") as pipe:
                limits = read(f"/proc/{worker.pid}/limits")
                may_look = others_may_look(worker.pid)
                pipe.write("version: 2\n")
            worker.communicate()
    limit = re.search(r"Max core file size +(\S+) +(\S+)", limits)
    if (limit[1], limit[2]) != ("0", "0"):
        fail(f"a core dump may have {limit[1]} bytes, and {limit[2]} if the process asks for it")
    if may_look:
        fail("another process of the same user may read the worker's memory")
    if worker.returncode != 78:
        fail(f"with wrong settings run ends with {worker.returncode}")
    print("no core dumps; " + ("nobody else may look into the process" if may_look is False else
                               "NOT CHECKED: who may look into the process"))


def unprivileged():
    """What a command begins with, so that root runs it as any other user would."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return []
    dropped = "-sys_ptrace,-sys_admin,-perfmon"
    return ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped]


def others_may_look(pid):
    """Whether a process of the same user, without a privilege, can; None: can't be found out."""

    def reads(which):
        return subprocess.run([*unprivileged(), "cat", f"/proc/{which}/environ"], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    with subprocess.Popen([*unprivileged(), "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdin.write(b".")
        other.stdin.flush()
        other.stdout.read(1)  # By now it is cat, and not yet to become it.
        finds_out = reads(other.pid)
        other.stdin.close()
    return reads(pid) if finds_out else None


def check_image(root, build):
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "image")
        subprocess.run([os.path.join(root, "packaging", "image-root"), build, image], check=True)
        programs = []
        for path, _, names in os.walk(image):
            for name in names:
                file = os.path.join(path, name)
                mode = os.lstat(file).st_mode
                if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                    fail(f"{file} is run with another user's rights")
                if stat.S_ISREG(mode) and mode & 0o111 and ".so" not in name:
                    programs.append(os.path.relpath(file, image))
        if programs != ["usr/bin/wiredesk"]:
            fail(f"the programs in the image are {programs}")
        if os.geteuid() != 0:
            skip("only root can try the image's root (by chroot)")
        share = "/usr/share/wiredesk"
        result = subprocess.run(
            ["chroot", "--userspec=65532:65532", image, "/usr/bin/wiredesk", "demo", "--articles", "300",
             "--rules", f"{share}/config/rules/mediatopics-en.rules",
             "--feed", f"{share}/data/sample-feed.ndjson"],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            fail(f"in the image's root the program does not run:\n{result.stdout}{result.stderr}")
        print("the image's root holds one program, and it runs there as user 65532")


def check_agree(root):
    unit = os.path.join(root, "packaging", "wiredesk.service")
    container = read(os.path.join(root, "packaging", "Dockerfile"))
    manual = read(os.path.join(root, "docs", "OPERATIONS.md"))
    final = container[container.rindex("\nFROM "):]
    wanted = {
        "the image begins from nothing": "\nFROM scratch\n" in final,
        "the image's user is not root": re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.M),
        "the image runs nothing while it is built": not re.search(r"^(RUN|ADD)\b", final, re.M),
    }
    codes = " ".join(unit_values(unit, "RestartPreventExitStatus"))
    wanted[f"the manual has RestartPreventExitStatus={codes}"] = \
        f"RestartPreventExitStatus={codes}`" in manual
    for option in ("--read-only", "--cap-drop ALL", "--security-opt no-new-privileges"):
        wanted[f"{option} in manual and container file"] = option in manual and option in container
    for key, option in {"MemoryMax": "--memory {}", "TasksMax": "--pids-limit {}",
                        "LimitNOFILE": "--ulimit nofile={}", "LimitCORE": "--ulimit core={}",
                        "TimeoutStopSec": "--stop-timeout {}"}.items():
        option = option.format(unit_values(unit, key)[0].lower())
        wanted[f"{key} of the unit as {option}"] = option in manual and option in container
    for what, holds in wanted.items():
        if not holds:
            fail("does not hold: " + what)
    print(f"{len(wanted)} statements agree")


def main():
    check, *arguments = sys.argv[1:]
    {"exposure": check_exposure, "calls": check_calls, "core": check_core, "image": check_image,
     "agree": check_agree}[check](*arguments)


if __name__ == "__main__":
    main()
