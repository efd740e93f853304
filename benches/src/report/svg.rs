//! A chart as a picture: an SVG document with a white ground, so that it is legible on a dark page too.

use super::Unit;
use super::chart::{Chart, Series};
use super::ruler::Ruler;
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
/// The area of the curves.
const LEFT: f64 = 84.0;
const RIGHT: f64 = 736.0;
const TOP: f64 = 78.0;
const BOTTOM: f64 = 358.0;

/// Colours that people with any kind of sight tell apart (Okabe and Ito), the palest left out.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#555555"];

/// Draws the chart.
pub(super) fn draw(chart: &Chart) -> String {
    let points = || chart.series.iter().flat_map(|series| &series.points);
    let x = Ruler::new(&chart.x, points().map(|point| point.x));
    let y = Ruler::new(&chart.y, points().flat_map(|point| point.rounds.iter().copied()));
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}" font-family="system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="13" fill="#333">
<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff"/>
<text x="20" y="30" font-size="16" font-weight="600" fill="#111">{title}</text>
"##,
        title = escaped(&chart.title)
    );
    let mut picture = Picture { out: &mut out, x, y };
    picture.grid(chart);
    picture.legend(&chart.series);
    for (series, colour) in chart.series.iter().zip(COLOURS.iter().cycle()) {
        picture.curve(series, colour);
    }
    out.push_str("</svg>\n");
    out
}

struct Picture<'a> {
    out: &'a mut String,
    x: Ruler,
    y: Ruler,
}

impl Picture<'_> {
    fn at_x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (RIGHT - LEFT)
    }

    fn at_y(&self, value: f64) -> f64 {
        BOTTOM - self.y.place(value) * (BOTTOM - TOP)
    }

    /// Writing to a text cannot fail.
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.out, "{text}");
    }

    /// Axes with their names and marks.
    fn grid(&mut self, chart: &Chart) {
        for mark in self.y.marks() {
            let (y, text) = (self.at_y(mark), chart.y.unit.show(mark));
            self.line(format_args!(r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#e3e3e3"/>"##));
            self.line(format_args!(
                r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#,
                LEFT - 8.0,
                y + 4.5
            ));
        }
        for mark in self.x.marks() {
            let (x, text) = (self.at_x(mark), chart.x.unit.show(mark));
            self.line(format_args!(r##"<path d="M{x:.1} {BOTTOM}v5" stroke="#777"/>"##));
            self.line(format_args!(r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle">{text}</text>"#, BOTTOM + 20.0));
        }
        self.line(format_args!(r##"<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#777"/>"##));
        let middle = f64::midpoint(LEFT, RIGHT);
        let label = escaped(&chart.x.label);
        self.line(format_args!(r#"<text x="{middle}" y="{}" text-anchor="middle">{label}</text>"#, HEIGHT - 18.0));
        let (middle, label) = (f64::midpoint(TOP, BOTTOM), escaped(&chart.y.label));
        self.line(format_args!(
            r#"<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">{label}</text>"#
        ));
    }

    /// Names with their colours, in one row above the curves.
    fn legend(&mut self, series: &[Series]) {
        let mut x = LEFT;
        for (series, colour) in series.iter().zip(COLOURS.iter().cycle()) {
            let name = escaped(&series.name);
            self.line(format_args!(r#"<path d="M{x:.1} 54h18" stroke="{colour}" stroke-width="2.5"/>"#));
            self.line(format_args!(r#"<circle cx="{:.1}" cy="54" r="3.5" fill="{colour}"/>"#, x + 9.0));
            self.line(format_args!(r#"<text x="{:.1}" y="58.5">{name}</text>"#, x + 24.0));
            // The width of letters is not known here; this is that of wide ones.
            x += 44.0 + series.name.chars().count() as f64 * 7.4;
        }
    }

    /// A line through the medians, and from the least to the most at each point.
    fn curve(&mut self, series: &Series, colour: &str) {
        let mut path = String::new();
        for point in &series.points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(
                path,
                "{command}{:.1} {:.1}",
                self.at_x(point.x),
                self.at_y(point.measured(Unit::Count).median())
            );
        }
        self.line(format_args!(
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"/>"#
        ));
        for point in &series.points {
            let figure = point.measured(Unit::Count);
            let (x, y) = (self.at_x(point.x), self.at_y(figure.median()));
            let (least, most) = (self.at_y(figure.least()), self.at_y(figure.most()));
            self.line(format_args!(
                r#"<path d="M{x:.1} {least:.1}V{most:.1}M{:.1} {least:.1}h8M{:.1} {most:.1}h8" stroke="{colour}"/>"#,
                x - 4.0,
                x - 4.0
            ));
            self.line(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"#));
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Axis, Point, Scale};

    #[test]
    fn a_picture_has_its_title_its_curves_and_their_names() {
        let axis = |scale, unit| Axis { label: "A & B".to_owned(), unit, scale };
        let points = vec![Point { x: 1.0, rounds: vec![1e-9, 2e-9] }, Point { x: 100.0, rounds: vec![5e-9] }];
        let chart = Chart {
            name: "a".to_owned(),
            title: "Cost <of> it".to_owned(),
            x: axis(Scale::Log, Unit::Count),
            y: axis(Scale::Linear, Unit::Seconds),
            series: vec![
                Series { name: "by key".to_owned(), points: points.clone() },
                Series { name: "by handle".to_owned(), points },
            ],
            note: String::new(),
        };
        let svg = draw(&chart);
        assert!(svg.contains("Cost &lt;of&gt; it") && svg.contains("A &amp; B"));
        assert!(svg.contains(">by key<") && svg.contains(">by handle<"));
        assert!(svg.contains(">5 ns<") && svg.contains(">100<"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
