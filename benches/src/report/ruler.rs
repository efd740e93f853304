//! A ruler: where the values of an axis lie on its length, and which of them get a mark.

use super::chart::{Axis, Scale};

/// An axis with its range.
pub(super) struct Ruler {
    scale: Scale,
    least: f64,
    most: f64,
}

impl Ruler {
    /// For all these values. A linear ruler begins at zero.
    pub(super) fn new(axis: &Axis, values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(f64::MIN_POSITIVE, f64::max);
        match axis.scale {
            Scale::Linear => {
                let step = step(most);
                Self { scale: axis.scale, least: 0.0, most: (most / step - 1e-9).ceil() * step }
            }
            Scale::Log => {
                let least = values.filter(|value| *value > 0.0).fold(most, f64::min);
                let (least, most) = (floor(least), ceil(most));
                // One value alone still needs a length.
                Self { scale: axis.scale, least, most: if most > least { most } else { least * 10.0 } }
            }
        }
    }

    /// From 0 at the ruler's begin to 1 at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value / self.most,
            Scale::Log => (value.max(self.least) / self.least).log10() / (self.most / self.least).log10(),
        }
    }

    /// The values that get a mark.
    pub(super) fn marks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let step = step(self.most);
                (0..)
                    .map(|number| f64::from(number) * step)
                    .take_while(|mark| *mark <= self.most + step * 1e-6)
                    .collect()
            }
            Scale::Log => {
                let decades = (self.most / self.least).log10();
                let among: &[f64] = if decades > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let first = self.least.log10().floor() as i32;
                let last = self.most.log10().ceil() as i32;
                let all = (first..=last).flat_map(|power| among.iter().map(move |digit| digit * 10_f64.powi(power)));
                all.filter(|mark| *mark >= self.least * 0.999 && *mark <= self.most * 1.001).collect()
            }
        }
    }
}

/// A step of 1, 2 or 5 at some power of ten, four to nine times up to the most.
fn step(most: f64) -> f64 {
    let raw = most / 8.0;
    let power = 10_f64.powf(raw.log10().floor());
    let digit = raw / power;
    power * [1.0, 2.0, 5.0].into_iter().find(|step| digit <= *step).unwrap_or(10.0)
}

/// The next of 1, 2 and 5 at some power of ten, downwards.
fn floor(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    power * [5.0, 2.0].into_iter().find(|digit| *digit <= value / power * 1.000_001).unwrap_or(1.0)
}

fn ceil(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    power * [1.0, 2.0, 5.0].into_iter().find(|digit| *digit >= value / power * 0.999_999).unwrap_or(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Unit;

    fn ruler(scale: Scale, values: &[f64]) -> Ruler {
        let axis = Axis { label: String::new(), unit: Unit::Count, scale };
        Ruler::new(&axis, values.iter().copied())
    }

    #[test]
    fn a_linear_ruler_begins_at_zero_and_ends_at_a_mark() {
        let ruler = ruler(Scale::Linear, &[3.0, 64.0]);
        assert_eq!(ruler.marks(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]);
        assert_eq!(ruler.place(0.0), 0.0);
        assert_eq!(ruler.place(70.0), 1.0);
    }

    #[test]
    fn a_logarithmic_ruler_marks_powers_of_ten() {
        let wide = ruler(Scale::Log, &[1.0, 100_000.0]);
        assert_eq!(wide.marks(), [1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0]);
        assert!((wide.place(1_000.0) - 0.6).abs() < 1e-9);
        assert_eq!(ruler(Scale::Log, &[12.0, 180.0]).marks(), [10.0, 20.0, 50.0, 100.0, 200.0]);
    }

    #[test]
    fn one_value_alone_has_a_ruler() {
        for scale in [Scale::Linear, Scale::Log] {
            assert!(ruler(scale, &[5.0]).place(5.0).is_finite());
            assert!(ruler(scale, &[]).marks().len() > 1);
        }
    }
}
