//! The named scenarios, each step of each: as users reported it, and with the remedy. Expects nothing that the files do not say.

use std::fmt::Write;

use invar::migrate::lab::{Scenario, library};

use super::command::{invar, root};

#[test]
fn every_scenario_goes_as_it_says() {
    let mut wrong = String::new();
    let scenarios = library().expect("the library is readable");
    for scenario in &scenarios {
        match scenario.run() {
            Ok(checks) => {
                for check in checks {
                    match check.differences {
                        None => writeln!(wrong, "{}, {}: expects nothing", scenario.name, check.what).unwrap(),
                        Some(differences) if differences.is_empty() => {}
                        Some(differences) => writeln!(wrong, "{}, {}: {}", scenario.name, check.what, differences.join("; ")).unwrap(),
                    }
                }
            }
            Err(error) => writeln!(wrong, "{}: {error}", scenario.name).unwrap(),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(scenarios.len() >= 24, "{}", scenarios.len());
}

/// A file that is not in the library would never run.
#[test]
fn every_file_is_in_the_library() {
    let names: Vec<String> = library().expect("readable").into_iter().map(|scenario| scenario.name).collect();
    let files = std::fs::read_dir(root().join("examples/scenarios")).expect("the folder");
    for file in files.map(|file| file.expect("an entry").path()).filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(names.contains(&stem), "{stem} is missing in the library of src/migrate/lab/scenario.rs");
    }
}

#[test]
fn a_step_runs_the_same_twice() {
    let scenario = Scenario::find("neoverse-n1-stepping").expect("known");
    let told = || {
        let checks = scenario.run().expect("runs");
        checks.into_iter().map(|check| (check.report.instructions, check.report.console)).collect::<Vec<_>>()
    };
    assert_eq!(told(), told());
}

/// What a user does with one: by name, by file, with a wrong name, in CI.
#[test]
fn from_the_command_line() {
    let listed = invar(["migrate", "--list"]);
    assert!(listed.status.success());
    assert!(String::from_utf8_lossy(&listed.stdout).contains("neoverse-n1-stepping"));
    let file = root().join("examples/scenarios/cache-type-dic.toml");
    let junit = super::command::scratch("scenarios").join("junit.xml");
    let arguments = ["migrate".as_ref(), file.as_os_str(), "--json".as_ref(), "--junit".as_ref(), junit.as_os_str()];
    let run = invar(arguments);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(json["as_expected"], true);
    assert_eq!(json["steps"][0]["findings"][0]["errno"], 22);
    assert!(std::fs::read_to_string(&junit).expect("written").contains("failures=\"0\""));
    let checked = invar(["migrate", "cache-type-dic", "--check"]);
    assert_eq!(checked.status.code(), Some(0));
}

#[test]
fn wrong_names_get_the_nearest_right_one() {
    let folder = super::command::scratch("scenarios");
    let good = "title = \"x\"\n[case]\nfrom = \"neoverse-n1@6.12\"\nto = \"neoverse-n1@6.12\"\n";
    let cases = [
        (good.replace("[case]", "[cse]"), "did you mean `case`?"),
        (good.replace("from", "frm"), "did you mean `from`?"),
        (good.replace("to = \"neoverse-n1@", "to = \"neovers-n1@"), "did you mean `neoverse-n1`?"),
        (
            good.replace("to = \"neoverse-n1@6.12", "to = \"neoverse-n1@6.13"),
            "the nearest are `linux-6.12` before it and `linux-6.14` after it",
        ),
        (good.replace("to = \"neoverse-n1@6.12", "to = \"neoverse-n1@6.12+svee"), "did you mean `+sve`?"),
        (format!("{good}safe-to-miss = [\"TCR3_EL1\"]\n"), "did you mean `TCR"),
        (format!("{good}before-first-run = {{ \"CTR_EL0.DICK\" = 0 }}\n"), "no field `DICK`"),
        (format!("{good}at = \"soon\"\n"), "none of marker"),
        (format!("{good}vmm = [\"core-fp-register\"]\n"), "unknown variant `core-fp-register`, expected `core-fp-registers`"),
        (format!("{good}stream = {{ OSLSR_EL = 0 }}\n"), "did you mean `OSLSR_EL1`?"),
        (format!("{good}policy = \"quemu\"\n"), "unknown variant `quemu`, expected one of `qemu`"),
        (format!("{good}guest-kernel = \"6.13\"\n"), "6.12"),
        (format!("{good}expect = {{ verdikt = \"refused\" }}\n"), "did you mean `verdict`?"),
    ];
    for (number, (text, says)) in cases.iter().enumerate() {
        let path = folder.join(format!("wrong{number}.toml"));
        std::fs::write(&path, text).expect("written");
        let run = invar(["migrate".as_ref(), path.as_os_str()]);
        let told = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{told}");
        assert!(told.contains(says), "{says}: {told}");
    }
    let unknown = invar(["migrate", "neoverse-n1-steping"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `neoverse-n1-stepping`?"));
}

/// Nothing to compare with is no agreement.
#[test]
fn a_check_without_an_expectation_is_refused() {
    let path = super::command::scratch("scenarios").join("expects-nothing.toml");
    std::fs::write(&path, "title = \"x\"\n[case]\nfrom = \"neoverse-n1@6.12\"\nto = \"neoverse-n1@6.12\"\n").expect("written");
    let path = path.to_str().expect("UTF-8");
    for arguments in [["migrate", path, "--check"], ["migrate", "--replay", path]] {
        let run = invar(arguments);
        let told = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains("expects-nothing: it has no expectation"), "{arguments:?}: {told}");
    }
    assert_eq!(invar(["migrate", path]).status.code(), Some(0));
}
