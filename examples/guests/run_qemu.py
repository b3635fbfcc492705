#!/usr/bin/env python3
"""Runs the guests of tests/data/guests.toml under qemu-system-aarch64 and compares (or, with --record, writes) their transcripts.

The transcripts are what the architecture asks for. Where QEMU is known to answer otherwise, the manifest names the check in
`qemu_differs`: such a line may be FAIL under QEMU, and --record keeps the line that the file already has.
"""
import argparse
import pathlib
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data"


def fnv1a64(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def command(guest, cpu):
    argv = ["qemu-system-aarch64", "-M", f"virt,gic-version={guest.get('gic', 2)}" + (",mte=on" if guest.get("mte") else ""), "-cpu", cpu]
    argv += ["-smp", str(guest.get("smp", 1)), "-m", str(guest.get("memory", 512)), "-nographic", "-nodefaults", "-serial", "stdio"]
    argv += ["-kernel", str(HERE / "build" / guest["image"])]
    if guest.get("append"):
        argv += ["-append", guest["append"]]
    if guest.get("initrd"):
        argv += ["-initrd", str(DATA / guest["initrd"])]
    if guest.get("semihosting"):
        argv += ["-semihosting"]
    return argv


def run(guest, cpu):
    try:
        done = subprocess.run(command(guest, cpu), stdin=subprocess.DEVNULL, capture_output=True, timeout=guest.get("timeout", 60))
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return 124, late.stdout or b"", "timed out"


def label_of(line, labels):
    """The known-difference label this line is about, if any."""
    for label in labels:
        for mark in ("ok   ", "FAIL "):
            if line.startswith(mark + label):
                return label
    return None


def verdict_lines(guest):
    name = guest["name"] if "verdict" not in guest else guest["verdict"]
    return f"PASS {name}", f"FAIL {name}:"


def architectural(guest, output, recorded):
    """QEMU's transcript with the lines of known differences replaced by the recorded ones."""
    labels = guest.get("qemu_differs", [])
    if not labels:
        return output
    kept = {label_of(line, labels): line for line in recorded if label_of(line, labels)}
    passed, failed = verdict_lines(guest)
    lines = []
    for line in output:
        if line.startswith("     "):
            continue  # what a failing check adds in explanation
        label = label_of(line, labels)
        if label and line.startswith("FAIL "):
            line = kept.get(label, "ok   " + label)
        elif line.startswith(failed):
            line = passed
        lines.append(line)
    return lines


def judge(guest, status, raw, path, record):
    if status != guest.get("exit", 0):
        return f"exit status {status}, want {guest.get('exit', 0)}"
    if "fnv1a64" in guest:
        got = (len(raw), fnv1a64(raw))
        want = (guest["bytes"], int(guest["fnv1a64"], 16))
        return None if got == want else f"{got[0]} bytes, fnv1a64 {got[1]:#018x}; want {want[0]}, {want[1]:#018x}"
    output = raw.decode(errors="replace").splitlines()
    if "expect" not in guest:
        want = verdict_lines(guest)[0]
        return None if output and output[-1] == want else f"last line {output[-1:]!r}, want {want!r}"
    recorded = path.read_text().splitlines() if path.exists() else []
    got = architectural(guest, output, recorded)
    if record:
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(got) + "\n")
        return None if got and not got[-1].startswith("FAIL") else f"recorded a failing transcript: {got[-1:]!r}"
    for number, (mine, theirs) in enumerate(zip(got, recorded), 1):
        if mine != theirs:
            return f"{path.name}:{number}: got {mine!r}, want {theirs!r}"
    return None if len(got) == len(recorded) else f"{path.name}: {len(got)} lines, want {len(recorded)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="runs or images to take; all without any")
    parser.add_argument("--record", action="store_true", help="write the transcripts instead of comparing")
    parser.add_argument("--cpu", help="only this CPU model")
    parser.add_argument("--show", action="store_true", help="print each transcript")
    options = parser.parse_args()
    manifest = tomllib.loads((DATA / "guests.toml").read_text())
    failures = 0
    for guest in manifest["guest"]:
        if options.names and not {guest["name"], guest["image"].split(".")[0]} & set(options.names):
            continue
        for cpu in guest["cpu"]:
            if options.cpu and cpu != options.cpu:
                continue
            status, raw, error = run(guest, cpu)
            if options.show:
                sys.stdout.write(raw.decode(errors="replace"))
            problem = judge(guest, status, raw, DATA / "guests" / guest.get("expect", ""), options.record)
            failures += problem is not None
            print(f"{'FAIL' if problem else 'ok':4} {guest['name']} on {cpu}" + (f": {problem} {error.strip()}" if problem else ""))
    return 1 if failures else 0


sys.exit(main())
