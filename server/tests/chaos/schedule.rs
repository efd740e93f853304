//! Which fault comes next: every kind once, in an order that the seed gives, then every kind again in another.

use super::fault::Fault;
use fastrand::Rng;

pub struct Schedule {
    random: Rng,
    deck: Vec<Fault>,
}

impl Schedule {
    pub fn new(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed), deck: Vec::new() }
    }

    pub fn next(&mut self) -> Fault {
        if self.deck.is_empty() {
            self.deck = Fault::ALL.to_vec();
            self.random.shuffle(&mut self.deck);
        }
        self.deck.pop().expect("a fault")
    }

    /// The numbers of the faults: which server, how long, which moment.
    pub fn random(&mut self) -> &mut Rng {
        &mut self.random
    }
}
