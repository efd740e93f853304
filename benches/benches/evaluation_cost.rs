//! What an evaluation costs over the number of rules, of values in a rule, of flags and of attributes. Not criterion: its
//! results are curves, whose points are measured in turn, so that a slow second of the machine doesn't bend one of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use benches::processor_time;
use benches::questions::{Case, KEY, User, flag, others, store_of};
use benches::report::{Axis, Chart, Measured, Point, Report, Scale, Series, Unit};
use sidekick_core::{Flag, FlagStore};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

const ABOUT: &str = "1,000 users with UUIDs as keys, in turn; processor time, the median of nine rounds, three times over. \
    No rule matches, so all are tried and then the rollout of 50 % decides: the dearest answer that a flag has.";
const NONE: &str = "no such value";

/// A curve to be measured: its name, and what is asked at each place of the x axis.
type Curve = (&'static str, Vec<(f64, Ask)>);
/// Asks about all users once; answers for how many the flag is on, and how many questions that were.
type Ask = Box<dyn Fn() -> (usize, usize)>;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let round = Duration::from_micros(if is_quick { 200 } else { 4_000 });
    let mut report = Report::begin("evaluation_cost", "What an evaluation costs", ABOUT, is_quick);
    report.charts = vec![
        chart(
            "rules",
            "Evaluation over the number of rules",
            "rules, each of one value",
            Scale::Linear,
            over_rules(),
            round,
        ),
        chart(
            "values",
            "Evaluation over the values of a rule",
            "values of the one rule",
            Scale::Log,
            over_values(),
            round,
        ),
        chart(
            "flags",
            "Evaluation over the number of flags",
            "flags in the store",
            Scale::Log,
            over_flags(is_quick),
            round,
        ),
        chart(
            "attributes",
            "Evaluation over the attributes that are given",
            "attributes given; the rule reads the last",
            Scale::Linear,
            over_attributes(),
            round,
        ),
    ];
    report.charts[2].note =
        "By handle and by key it is one flag over and over. In turn, each question is about another flag, \
        which has a rule: what is seen there are the misses of the processor's caches, the caller's keys among them."
            .to_owned();
    report.save().unwrap();
}

fn over_rules() -> Vec<Curve> {
    ["Equals", "StartsWith", "EndsWith", "Contains"]
        .map(|operator| {
            let at = |count: usize| {
                let rules: Vec<String> = (0..count)
                    .map(|number| rule(ATTRIBUTES[number % 5], operator, &[format!("{NONE} {number}")]))
                    .collect();
                (count as f64, by_handle(store_of([with_rules(&rules)]), Case::FiveRules.users()))
            };
            (operator, [0, 1, 2, 4, 8, 16, 32, 48, 64].map(at).into())
        })
        .into()
}

fn over_values() -> Vec<Curve> {
    ["Equals", "StartsWith", "EndsWith", "Contains"]
        .map(|operator| {
            let at = |count: usize| {
                let values: Vec<String> = (0..count).map(|number| format!("{NONE} {number}")).collect();
                let flag = with_rules(&[rule("email", operator, &values)]);
                (count as f64, by_handle(store_of([flag]), Case::FiveRules.users()))
            };
            (operator, [1, 3, 10, 30, 100, 300, 1_000].map(at).into())
        })
        .into()
}

/// By the one key over and over, by its handle, and by all keys in turn: the last is what memory costs.
fn over_flags(is_quick: bool) -> Vec<Curve> {
    let most = if is_quick { 10_000 } else { 100_000 };
    let counts = || [1, 10, 100, 1_000, 10_000, 100_000].into_iter().filter(move |count| *count <= most);
    let all = |count: usize| store_of(others(count - 1).chain([Case::Rollout.flag()]));
    let one_key = |count| {
        let (store, users) = (all(count), Case::Rollout.users());
        let ask: Ask = Box::new(move || {
            let on = users.iter().filter(|user| black_box(&store).is_enabled(black_box(KEY), &user.key, &[], false));
            (on.count(), users.len())
        });
        (count as f64, ask)
    };
    let all_keys = |count| {
        let (store, users) = (all(count), Case::Rollout.users());
        let keys: Vec<String> = store.flags().iter().map(|flag| flag.key().as_str().to_owned()).collect();
        // Reading the clock after a question or two would cost more than they do.
        let questions = keys.len().max(users.len());
        let ask: Ask = Box::new(move || {
            // Not one after the other, or the processor would fetch them before they are asked for.
            let mixed = (0..questions).map(|number| &keys[number * 7_919 % keys.len()]);
            let asked = mixed.zip(users.iter().cycle());
            let on = asked.filter(|(key, user)| black_box(&store).is_enabled(key, &user.key, &[], false));
            (on.count(), questions)
        });
        (count as f64, ask)
    };
    vec![
        ("by handle", counts().map(|count| (count as f64, by_handle(all(count), Case::Rollout.users()))).collect()),
        ("by key", counts().map(one_key).collect()),
        ("by key, all flags in turn", counts().map(all_keys).collect()),
    ]
}

fn over_attributes() -> Vec<Curve> {
    let at = |count: usize| {
        let names: Vec<&'static str> = (0..count).map(|number| &*format!("attribute_{number}").leak()).collect();
        let mut users = Case::Rollout.users();
        for user in &mut users {
            user.attributes = names.iter().map(|name| (*name, "value".to_owned())).collect();
        }
        let last = names.last().copied().unwrap_or("attribute");
        let flag = with_rules(&[rule(last, "Equals", &[NONE.to_owned()])]);
        (count as f64, by_handle(store_of([flag]), users))
    };
    vec![("names and values in a row", [0, 1, 2, 5, 10, 20, 30, 40, 50].map(at).into())]
}

const ATTRIBUTES: [&str; 5] = ["email", "plan", "country", "app_version", "device"];

fn rule(attribute: &str, operator: &str, values: &[String]) -> String {
    let mut list = String::new();
    for value in values {
        let _ = write!(list, "{}\"{value}\"", if list.is_empty() { "" } else { "," });
    }
    format!(r#"{{"attribute":"{attribute}","operator":"{operator}","values":[{list}]}}"#)
}

fn with_rules(rules: &[String]) -> Flag {
    let rules = rules.join(",");
    flag(&format!(r#"{{"key":"{KEY}","is_enabled":true,"rollout_percentage":50,"rules":[{rules}]}}"#))
}

fn by_handle(store: FlagStore, users: Vec<User>) -> Ask {
    let handle = store.resolve(KEY).unwrap();
    let users: &'static [User] = users.leak();
    let asked: Vec<(&str, Vec<(&str, &str)>)> = users.iter().map(|user| (user.key.as_str(), user.borrowed())).collect();
    Box::new(move || {
        let flag = black_box(&store).get_by_handle(black_box(handle)).unwrap();
        let on = asked.iter().filter(|(key, attributes)| flag.evaluate(black_box(key), attributes.as_slice()).enabled);
        (on.count(), asked.len())
    })
}

fn chart(name: &str, title: &str, x: &str, scale: Scale, curves: Vec<Curve>, round: Duration) -> Chart {
    let measured = measure(&curves, round);
    let series = curves.iter().zip(measured).map(|((name, asks), figures)| {
        let points = asks.iter().zip(figures).map(|((x, _), figure)| Point::new(*x, &figure)).collect();
        Series { name: (*name).to_owned(), points }
    });
    Chart {
        name: format!("evaluation-{name}"),
        title: title.to_owned(),
        x: Axis { label: x.to_owned(), unit: Unit::Count, scale },
        y: Axis {
            label: "time of an evaluation".to_owned(),
            unit: Unit::Seconds,
            scale: if scale == Scale::Log { Scale::Log } else { Scale::Linear },
        },
        series: series.collect(),
        note: String::new(),
    }
}

/// All points of all curves in turn.
fn measure(curves: &[Curve], round: Duration) -> Vec<Vec<Measured>> {
    let asks: Vec<&Ask> = curves.iter().flat_map(|(_, asks)| asks.iter().map(|(_, ask)| ask)).collect();
    let mut figures: Vec<Vec<f64>> = asks.iter().map(|_| Vec::new()).collect();
    for _ in 0..3 {
        let mut turns: Vec<Vec<f64>> = asks.iter().map(|_| Vec::new()).collect();
        for _ in 0..9 {
            for (ask, rounds) in asks.iter().zip(&mut turns) {
                rounds.push(seconds(ask, round));
            }
        }
        for (figure, rounds) in figures.iter_mut().zip(turns) {
            figure.push(Measured::seconds(rounds).median());
        }
    }
    let mut figures = figures.into_iter().map(Measured::seconds);
    curves.iter().map(|(_, asks)| figures.by_ref().take(asks.len()).collect()).collect()
}

/// Of one question. The first lap is not timed: it brings what is asked back into the caches.
fn seconds(ask: &Ask, round: Duration) -> f64 {
    black_box(ask());
    let (begun, mut asked) = (processor_time(), 0);
    while processor_time() - begun < round {
        asked += black_box(ask()).1;
    }
    (processor_time() - begun).as_secs_f64() / asked as f64
}
