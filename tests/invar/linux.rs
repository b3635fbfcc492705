//! Boots a distribution's Linux kernel to a program of our own. `INVAR_LINUX_IMAGE` names the kernel, an uncompressed arm64 `Image`; without
//! it, or without a cross compiler and its static C library, the test says that it was skipped. Tests no driver beyond the board's.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{invar, root, scratch};

/// What is on the screen at the end, whatever the CPU and the kernel.
pub const EXPECTED: [&str; 6] = [
    "ok   threads on every CPU",
    "ok   processes and a pipe",
    "ok   a write fault, handled",
    "ok   16 MiB, page by page",
    "ok   nanosleep by the timer",
    "PASS linux",
];
/// The sum that the same C prints on x86-64.
const SUM: &str = "     sum 29705.7738188995";

/// CPU model, GIC, and further options.
const MACHINES: [(&str, &str, &[&str]); 5] = [
    ("cortex-a57", "2", &[]),
    ("neoverse-n1", "3", &[]),
    ("neoverse-v1", "3", &["--host-kernel", "7.3", "--pmu"]),
    ("max", "3", &["--host-kernel", "6.18"]),
    ("neoverse-n1", "3", &["--deterministic", "--seed", "7"]),
];

fn kernel() -> Option<PathBuf> {
    let image = std::env::var_os("INVAR_LINUX_IMAGE").map(PathBuf::from);
    if image.is_none() {
        println!("SKIPPED: INVAR_LINUX_IMAGE names no kernel");
    }
    image
}

/// The program, statically linked.
fn init(folder: &Path) -> Option<Vec<u8>> {
    let output = folder.join("init");
    let mut command = Command::new("aarch64-linux-gnu-gcc");
    command.args(["-O2", "-static", "-o"]).arg(&output).arg(root().join("examples/linux/init.c")).args(["-lm", "-lpthread"]);
    match command.output() {
        Ok(done) if done.status.success() => Some(std::fs::read(output).expect("just built")),
        Ok(done) => panic!("init.c does not build:\n{}", String::from_utf8_lossy(&done.stderr)),
        Err(error) => {
            println!("SKIPPED: aarch64-linux-gnu-gcc: {error}");
            None
        }
    }
}

/// An initramfs with the console, a mount point and `/init` (cpio, "newc" format).
fn initramfs(init: &[u8]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut entry = |name: &str, mode: u32, device: (u32, u32), data: &[u8]| {
        let fields = [1, mode, 0, 0, 1, 0, data.len() as u32, 0, 0, device.0, device.1, name.len() as u32 + 1, 0];
        archive.extend(b"070701");
        fields.iter().for_each(|field| archive.extend(format!("{field:08x}").bytes()));
        archive.extend(name.bytes().chain([0]));
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend(data);
        archive.resize(archive.len().next_multiple_of(4), 0);
    };
    entry("dev", 0o40755, (0, 0), &[]);
    entry("dev/console", 0o20600, (5, 1), &[]);
    entry("proc", 0o40755, (0, 0), &[]);
    entry("init", 0o100_755, (0, 0), init);
    entry("TRAILER!!!", 0, (0, 0), &[]);
    archive
}

/// The kernel and an initramfs with the program, in `folder`; None without what they are made of.
pub fn kernel_and_initramfs(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let (kernel, init) = (kernel()?, init(folder)?);
    let initrd = folder.join("initramfs");
    std::fs::write(&initrd, initramfs(&init)).expect("a scratch file");
    Some((kernel, initrd))
}

fn boot(kernel: &Path, initrd: &Path, (cpu, gic, more): (&str, &str, &[&str])) -> Result<(), String> {
    let mut args: Vec<String> =
        ["run", "--smp", "2", "--memory", "512M", "--timeout", "300", "--cpu", cpu, "--gic", gic].map(Into::into).into();
    args.extend(more.iter().map(ToString::to_string));
    args.extend(["--append".into(), "console=ttyAMA0 quiet panic=-1".into()]);
    args.extend(["--initrd".into(), initrd.display().to_string(), kernel.display().to_string()]);
    let output = invar(&args);
    let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let missing = EXPECTED.iter().chain([&SUM, &"init: 2 CPUs online"]).find(|line| !text.lines().any(|printed| printed == **line));
    match missing {
        None if output.status.success() => Ok(()),
        _ => Err(format!(
            "invar {}: {}, missing {missing:?}; it printed\n{text}\n{}",
            args.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

#[test]
fn linux_boots_to_user_space() {
    let folder = scratch("linux");
    let Some((kernel, initrd)) = kernel_and_initramfs(&folder) else { return };
    for machine in MACHINES {
        if let Err(why) = boot(&kernel, &initrd, machine) {
            panic!("{why}");
        }
    }
}
