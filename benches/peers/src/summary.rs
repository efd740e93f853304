//! The figures of all races as tables and goals.

use crate::race::{Figures, Race, Runner};
use benches::questions::Case;
use benches::report::{Bound, Goal, Measured, Report, Table, Unit};

/// A way in which contexts come to be: how a title says it, and its figures.
type Way = (&'static str, fn(&Runner) -> &Figures);

const WAYS: [Way; 2] =
    [("context made once", |runner| &runner.kept), ("context made at each call", |runner| &runner.fresh)];
const FLAGS: [usize; 2] = [1, 1_000];

pub(crate) fn fill(report: &mut Report, races: &[Race]) {
    for runner in races.iter().flat_map(|race| &race.runners) {
        let package = runner.name.split(',').next().unwrap_or_default();
        report.conditions.version(package, &runner.version);
    }
    for (way, figures) in WAYS {
        for flags in FLAGS {
            let races: Vec<&Race> = races.iter().filter(|race| race.flags == flags).collect();
            let title = format!("{} flag{}, {way}", count(flags), if flags == 1 { "" } else { "s" });
            report.tables.push(table(&title, &races, figures));
            report.goals.extend(races.iter().map(|race| goal(race, &title, figures)));
        }
    }
}

fn table(title: &str, races: &[&Race], figures: fn(&Runner) -> &Figures) -> Table {
    let columns: Vec<&str> = std::iter::once("engine").chain(races.iter().map(|race| race.case.name())).collect();
    let mut table = Table::new(title, &columns);
    let names =
        races.first().map(|race| race.runners.iter().map(|runner| runner.name).collect()).unwrap_or_else(Vec::new);
    for (place, name) in names.iter().enumerate() {
        let figures = || races.iter().map(|race| figures(&race.runners[place]));
        table.row(name, figures().map(|figures| Measured::seconds(figures.seconds.clone()).into()));
        if !is_ours(name) {
            let ratios = figures().map(|figures| Measured::new(Unit::Ratio, figures.ratio.clone()).into());
            table.row("… against ours, by handle", ratios);
        }
    }
    table
}

/// Ours, as the SDKs ask, against the quickest peer.
fn goal(race: &Race, conditions: &str, figures: fn(&Runner) -> &Figures) -> Goal {
    let peers = race.runners.iter().filter(|runner| !is_ours(runner.name));
    let ratios = peers.map(|peer| Measured::new(Unit::Ratio, figures(peer).ratio.clone()));
    let quickest = ratios.min_by(|one, other| one.median().total_cmp(&other.median()));
    let bound = if matches!(race.case, Case::Rollout | Case::FiveRules) { 4.0 } else { 1.0 };
    Goal {
        what: format!("{}: the quickest peer's time against ours, by handle", race.case.name()),
        conditions: conditions.to_owned(),
        bound: Bound::AtLeast(bound),
        measured: quickest.unwrap_or(Measured::new(Unit::Ratio, [])),
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("sidekick-core")
}

fn count(flags: usize) -> String {
    Unit::Count.show(flags as f64)
}
