//! A distribution's arm64 QEMU, unmodified, with `-accel kvm`: it boots a distribution's kernel, and moves it to another QEMU on the same
//! or another host. `INVAR_VMM_ROOT` names the directory that `examples/vmm/root.sh` made with the package qemu-system-arm; without it, or
//! without what `linux` needs, the tests say that they were skipped.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::command::scratch;
use super::linux::{EXPECTED, kernel_and_initramfs};

/// What the guest prints when it has both CPUs, before it does anything.
const STARTED: &str = "init: 2 CPUs online";

struct Setting {
    root: PathBuf,
    kernel: PathBuf,
    initrd: PathBuf,
    folder: PathBuf,
}

impl Setting {
    fn find(name: &str) -> Option<Setting> {
        let Some(root) = std::env::var_os("INVAR_VMM_ROOT").map(PathBuf::from) else {
            println!("SKIPPED: INVAR_VMM_ROOT names no directory with an arm64 QEMU");
            return None;
        };
        let folder = scratch(name);
        let (kernel, initrd) = kernel_and_initramfs(&folder)?;
        Some(Setting { root, kernel, initrd, folder })
    }

    /// QEMU on a modelled host: the guest's console is standard output, the monitor a socket.
    fn start(&self, host: &str, name: &str, more: &[String]) -> Qemu {
        let monitor = self.folder.join(name);
        // A socket of an earlier run would be connected to.
        let _ = std::fs::remove_file(&monitor);
        let mut command = Command::new(env!("CARGO_BIN_EXE_invar"));
        command.args(["--log", "info", "exec", "--host", host, "--sysroot"]).arg(&self.root).arg("--");
        command.arg(self.root.join("usr/bin/qemu-system-aarch64"));
        command.args("-accel kvm -cpu host -smp 2 -m 256 -display none -nodefaults -no-reboot -serial stdio".split(' '));
        command.args(["-monitor", &format!("unix:{},server=on,wait=off", monitor.display())]);
        command.arg("-kernel").arg(&self.kernel).arg("-initrd").arg(&self.initrd).args(["-append", "console=ttyAMA0 quiet panic=-1"]);
        command.args(more).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let console = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        Qemu { child, console, monitor }
    }
}

struct Qemu {
    child: Child,
    console: BufReader<ChildStdout>,
    monitor: PathBuf,
}

impl Qemu {
    /// Reads the console up to a line that ends with `text`.
    fn wait_for(&mut self, text: &str) {
        let mut line = String::new();
        while !line.trim_end().ends_with(text) {
            line.clear();
            let read = self.console.read_line(&mut line).expect("a console of text");
            assert!(read > 0, "the console ended without `{text}`: {}", self.errors());
        }
    }

    /// The monitor executes commands in their order.
    fn command(&self, commands: &str) -> UnixStream {
        let mut monitor = UnixStream::connect(&self.monitor).expect("a monitor");
        monitor.write_all(commands.as_bytes()).expect("a monitor that reads");
        monitor
    }

    fn errors(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().expect("standard error is a pipe").read_to_string(&mut text).expect("text");
        text
    }

    /// The rest of the console and of what was said besides, and whether QEMU ended well.
    fn end(mut self) -> (String, String, bool) {
        let mut console = String::new();
        self.console.read_to_string(&mut console).expect("a console of text");
        let errors = self.errors();
        (console.replace('\r', ""), errors, self.child.wait().expect("it ends").success())
    }
}

/// A test that fails leaves no QEMU behind.
impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn all_was_done(console: &str) -> bool {
    EXPECTED.iter().all(|line| console.lines().any(|printed| printed == *line))
}

#[test]
fn qemu_boots_linux_with_kvm() {
    let Some(setting) = Setting::find("vmm-boot") else { return };
    for (host, machine) in [
        ("neoverse-n1@6.12", "virt,gic-version=3"),
        ("cortex-a72@5.10", "virt,gic-version=host,its=off"),
        ("cortex-a57+gicv2@6.1", "virt,gic-version=2"),
        // With scalable vectors.
        ("neoverse-v1@6.12", "virt,gic-version=3"),
    ] {
        let qemu = setting.start(host, "monitor", &["-machine".into(), machine.into()]);
        let (console, errors, done) = qemu.end();
        assert!(done && all_was_done(&console), "{host} {machine}: {errors}\n{console}");
    }
}

const SIGSYS: i32 = 31;
/// As libvirt starts it.
const SANDBOX: [&str; 2] = ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"];

#[test]
fn qemu_keeps_to_its_sandbox() {
    let Some(setting) = Setting::find("vmm-sandbox") else { return };
    let options = [["-machine", "virt,gic-version=3"], SANDBOX].concat().into_iter().map(String::from).collect::<Vec<_>>();
    let (console, errors, done) = setting.start("neoverse-n1@6.12", "monitor", &options).end();
    assert!(done && all_was_done(&console), "{errors}\n{console}");
    // A child for a command is what it may not have: clone(2) ends QEMU 7.2, and fails in later ones.
    let mut qemu = setting.start("neoverse-n1@6.12", "monitor", &options);
    qemu.wait_for(STARTED);
    let mut said = Vec::new();
    let mut monitor = qemu.command("stop\nmigrate \"exec:cat > /dev/null\"\ninfo migrate\nquit\n");
    // A QEMU that ends has not read all of it, which is an error here.
    let _ = monitor.read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said);
    let status = qemu.child.wait().expect("it ends");
    let errors = qemu.errors();
    let ended = status.signal() == Some(SIGSYS) && errors.contains("seccomp ends the program call=\"clone\"");
    let failed = status.success() && said.contains("fork (Operation not permitted)");
    assert!(ended || failed, "{status:?}: {said}\n{errors}");
}

/// Stopped before it is moved, so that it cannot end before.
fn migrate(setting: &Setting, from: &str, to: &str) -> Qemu {
    let stream = format!("unix:{}", Path::new(&setting.folder).join("stream").display());
    let machine = || ["-machine", "virt,gic-version=3"].map(String::from).into_iter();
    let destination = setting.start(to, "destination", &machine().chain(["-incoming".into(), stream.clone()]).collect::<Vec<_>>());
    let mut source = setting.start(from, "source", &machine().collect::<Vec<_>>());
    source.wait_for(STARTED);
    let mut monitor = source.command(&format!("stop\nmigrate {stream}\nquit\n"));
    let mut said = String::new();
    monitor.read_to_string(&mut said).expect("the monitor's answers");
    destination
}

#[test]
fn a_guest_of_qemu_moves_to_the_same_host() {
    let Some(setting) = Setting::find("vmm-move") else { return };
    let destination = migrate(&setting, "neoverse-n1@6.12", "neoverse-n1@6.12");
    let monitor = destination.command("cont\n");
    let (console, errors, done) = destination.end();
    drop(monitor);
    assert!(done && console.lines().any(|line| line == "PASS linux"), "{errors}\n{console}");
}

#[test]
fn a_guest_of_qemu_does_not_arrive_on_another_cpu() {
    let Some(setting) = Setting::find("vmm-refused") else { return };
    let (_, errors, done) = migrate(&setting, "cortex-a72@6.12", "cortex-a57@6.12").end();
    assert!(!done && errors.contains("load of migration failed"), "{errors}");
    for refused in ["MIDR_EL1=0x410fd083: only the host's 0x411fd070 is accepted (EINVAL", "ID_MMFR0_EL1.AuxReg=2 is not safe"] {
        assert!(errors.contains(refused), "{refused}: {errors}");
    }
}
