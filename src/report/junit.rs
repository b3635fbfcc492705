//! Results as JUnit's XML, the form in which CI systems read tests. Knows nothing of what was tested.

use std::fmt::Write;

/// One test.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// What it printed.
    pub output: String,
}

/// A suite of them.
pub fn junit(suite: &str, cases: &[Case]) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">", escape(suite), cases.len());
    for case in cases {
        let _ = writeln!(out, "  <testcase classname=\"{}\" name=\"{}\">", escape(suite), escape(&case.name));
        if let Some(failure) = &case.failure {
            let _ = writeln!(out, "    <failure message=\"{}\"/>", escape(failure));
        }
        let _ = writeln!(out, "    <system-out>{}</system-out>\n  </testcase>", escape(&case.output));
    }
    out.push_str("</testsuite>\n");
    out
}

/// Characters that XML 1.0 cannot hold at all are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold() {
        let case = Case { name: "a<b>".into(), failure: Some("\"x\" & \u{1b}[31my".into()), output: "1\n2\u{0}".into() };
        let text = junit("s", &[case]);
        assert!(text.contains("name=\"a&lt;b&gt;\""), "{text}");
        assert!(text.contains("message=\"&quot;x&quot; &amp; [31my\""), "{text}");
        assert!(text.contains("<system-out>1\n2</system-out>"), "{text}");
        assert!(text.contains("failures=\"1\""));
    }
}
