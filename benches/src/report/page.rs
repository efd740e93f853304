//! `docs/BENCHMARKS.md` and its pictures: what the committed results give, and nothing else.

use super::{Chart, Goal, Report, Table, svg};
use std::fmt::Write;

/// A file that is rendered: its path from the repository's root, and its text.
pub type Rendered = (String, String);

/// The order in which the document goes; what is not named follows by its name.
const ORDER: [&str; 16] = [
    "write",
    "compare",
    "replay",
    "storm",
    "overload",
    "stalled",
    "listing",
    "curve",
    "peers",
    "evaluation",
    "evaluation_cost",
    "stream",
    "node",
    "browser",
    "many_instances",
    "server_start",
];

const HOW_TO_READ: &str = "\
- A figure is the median of its repetitions (three, where nothing else is said), behind it in brackets the least and the \
most. Curves go through medians; the strokes reach from the least to the most.
- Ratios are made of what ran at the same time, or in turn with it, on the same machine. They say more than nanoseconds do, \
which change from machine to machine and from minute to minute.
- Each part says what it was measured on, what else ran then, and at which commit. `+` behind a commit: files had been \
changed since.
- Raw values are in `benches/results`, a file for each part.
";

const HOW_TO_REPEAT: &str = "\
```sh
cargo xtask bench              # the list of benches, and how long each takes
cargo xtask bench peers        # one of them; writes its results, this document and its pictures anew
cargo xtask bench all          # all of them
cargo xtask bench all --quick  # all in small, to see that they work
cargo xtask bench --render     # this document and its pictures alone, from the results that are there
```

Use a machine that does nothing else, and Linux. What each bench does and what its columns mean is in \
[`benches/README.md`](../benches/README.md).
";

/// Renders all results.
#[must_use]
pub fn render(reports: &[Report]) -> Vec<Rendered> {
    let place = |report: &Report| ORDER.iter().position(|name| *name == report.name).unwrap_or(ORDER.len());
    let mut reports: Vec<&Report> = reports.iter().collect();
    reports.sort_by(|one, other| (place(one), &one.name).cmp(&(place(other), &other.name)));
    let mut files = vec![("docs/BENCHMARKS.md".to_owned(), document(&reports))];
    let charts = reports.iter().flat_map(|report| &report.charts);
    files.extend(charts.map(|chart| (format!("docs/{}", picture(chart)), svg::draw(chart))));
    files
}

fn document(reports: &[&Report]) -> String {
    let mut out = String::from(
        "# Benchmarks\n\n<!-- Rendered from benches/results by `cargo xtask bench --render`. Change nothing here. -->\n\n",
    );
    let loud: Vec<String> = reports
        .iter()
        .filter(|report| !report.conditions.are_quiet())
        .map(|report| format!("`{}`", report.name))
        .collect();
    if !loud.is_empty() {
        paragraph(
            &mut out,
            &format!(
                "**Of quick runs, or of a machine that did other work: {}.** They show that a bench works; their figures \
                 are no claims, and their goals are not judged.",
                loud.join(", ")
            ),
        );
    }
    if let Some(claim) = claim(reports) {
        paragraph(&mut out, &claim);
    }
    section(&mut out, "How to read this", HOW_TO_READ);
    section(&mut out, "How to repeat it", HOW_TO_REPEAT);
    section(&mut out, "Goals", &goals(reports));
    for report in reports {
        section(&mut out, &report.title, &part(report));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What "under 50 ms" would have to say to be a claim.
fn claim(reports: &[&Report]) -> Option<String> {
    let report = reports.iter().find(|report| report.name == "write")?;
    let goals = &report.goals;
    if goals.is_empty() {
        return None;
    }
    let ours: Vec<String> =
        goals.iter().map(|goal| format!("{}: **{}** ({})", goal.what, goal.measured, goal.conditions)).collect();
    let caution = if report.conditions.are_quiet() { "" } else { " That was no quiet machine, so it is no claim yet." };
    Some(format!(
        "\"Under 50 ms from API write to SDK\" is a claim without conditions: how many clients, how many instances, which \
         database, which percentile? Ours with its conditions: {}.{caution}",
        ours.join("; ")
    ))
}

fn goals(reports: &[&Report]) -> String {
    let goals = || reports.iter().flat_map(|report| report.goals.iter().map(move |goal| (report, goal)));
    let judged = || goals().filter(|(report, _)| report.conditions.are_quiet());
    let missed = judged().filter(|(_, goal)| !goal.is_met()).count();
    let mut out = match (missed, judged().count()) {
        (_, 0) => String::new(),
        (0, all) => format!("All {all} that are judged are met.\n\n"),
        (missed, all) => format!("{missed} of the {all} that are judged are missed.\n\n"),
    };
    out.push_str("| bench | what | conditions | wanted | measured | |\n|---|---|---|---:|---:|---|\n");
    for (report, goal) in goals() {
        let Goal { what, conditions, measured, .. } = goal;
        let verdict = match goal.is_met() {
            _ if !report.conditions.are_quiet() => "not judged",
            true => "met",
            false => "**missed**",
        };
        let (name, bound) = (&report.name, goal.bound_text());
        let _ = writeln!(out, "| {name} | {what} | {conditions} | {bound} | {measured} | {verdict} |");
    }
    out
}

fn part(report: &Report) -> String {
    let mut out = String::new();
    if !report.about.is_empty() {
        paragraph(&mut out, &report.about);
    }
    let conditions = &report.conditions;
    paragraph(&mut out, &format!("`cargo xtask bench {}` (`{}`): {conditions}.", report.name, conditions.command));
    report.tables.iter().for_each(|table| write_table(&mut out, table));
    for chart in &report.charts {
        paragraph(&mut out, &format!("![{}]({})", chart.title, picture(chart)));
        if !chart.note.is_empty() {
            paragraph(&mut out, &chart.note);
        }
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    paragraph(out, &format!("**{}**", table.title));
    let mut lines = table.texts().into_iter();
    let head = lines.next().unwrap_or_default();
    let rule: String = head.iter().enumerate().map(|(column, _)| if column == 0 { "---|" } else { "---:|" }).collect();
    let _ = writeln!(out, "| {} |\n|{rule}", head.join(" | "));
    for line in lines {
        let _ = writeln!(out, "| {} |", line.join(" | "));
    }
    out.push('\n');
    if !table.note.is_empty() {
        paragraph(out, &table.note);
    }
}

/// The picture's path from the document's folder.
fn picture(chart: &Chart) -> String {
    format!("images/bench-{}.svg", chart.name)
}

fn section(out: &mut String, title: &str, text: &str) {
    let _ = write!(out, "## {title}\n\n{}\n\n", text.trim_end());
}

fn paragraph(out: &mut String, text: &str) {
    let _ = write!(out, "{text}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Report, results_folder};

    /// `cargo xtask bench --render` mends it.
    #[test]
    fn the_committed_document_is_what_the_committed_results_give() {
        let root = results_folder().join("../..");
        for (path, text) in render(&Report::load_all().unwrap()) {
            let committed = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            assert!(committed == text, "{path} is not what benches/results give: run `cargo xtask bench --render`");
        }
    }

    #[test]
    fn no_picture_stays_that_no_result_gives() {
        let root = results_folder().join("../..");
        let rendered = render(&Report::load_all().unwrap());
        for entry in std::fs::read_dir(root.join("docs/images")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("docs/images/{name}");
            assert!(!name.starts_with("bench-") || rendered.iter().any(|(own, _)| *own == path), "{path} is left over");
        }
    }
}
