//! Deaths and defects on purpose, for the fault test alone.
//!
//! Without the feature `chaos` every function here is empty, and the compiler leaves nothing of it. With it,
//! `SIDEKICK_DIE_AT=<point>:<n>` ends the process when it passes a point for the nth time, and
//! `SIDEKICK_SABOTAGE=<defect>` takes one safeguard away, which the fault test must notice.

#[cfg(all(feature = "chaos", not(debug_assertions)))]
compile_error!("the feature `chaos` is for the fault test: no optimised build has it");

/// Where the process can be made to die, as kill -9 would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// A write is in its transaction.
    BeforeCommit,
    /// A write is durable, and nobody has heard of it.
    AfterCommit,
    /// Redis has taken the hint.
    AfterPublish,
    /// A stream has got half of its opening.
    DuringReplay,
}

/// A safeguard that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The follower never asks storage.
    NoPoll,
    /// A hint is applied whatever its revision.
    NoGapCheck,
    /// An instance's own changes are applied only when the bus brings them back.
    PublishOnly,
    /// Revisions come from a sequence in place of the locked counter.
    Sequence,
    /// Each event of a replay bears an id.
    IdsOnReplay,
    /// A client that has seen more than the instance gets a replay all the same.
    LeadBack,
    /// Each stream leaves memory, a descriptor and a thread behind.
    Leak,
    /// A stream outlives its key.
    DeathlessStreams,
    /// Any change of the keys ends the streams of all of them.
    CutAllStreams,
}

#[cfg(not(feature = "chaos"))]
mod off {
    use super::{Defect, Point};

    /// Whether the process should die here.
    #[inline(always)]
    pub(crate) const fn is_due(_: Point) -> bool {
        false
    }

    /// Ends the process.
    #[inline(always)]
    pub(crate) const fn die() {}

    /// Ends the process where that is due.
    #[inline(always)]
    pub(crate) const fn die_at(_: Point) {}

    /// Whether the safeguard is taken away.
    #[inline(always)]
    pub(crate) const fn has(_: Defect) -> bool {
        false
    }

    /// Keeps nothing.
    #[inline(always)]
    pub(crate) const fn leak() {}

    /// The statement, as it is.
    #[inline(always)]
    pub(crate) const fn statement(_: Defect, sql: &'static str) -> &'static str {
        sql
    }
}

#[cfg(feature = "chaos")]
mod on {
    use super::{Defect, Point};
    use crate::storage::POSITION_QUERY;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Death {
        point: Option<Point>,
        passes_left: AtomicI64,
    }

    static DEATH: LazyLock<Death> = LazyLock::new(|| {
        let plan = std::env::var("SIDEKICK_DIE_AT").unwrap_or_default();
        let (point, passes) = plan.split_once(':').unwrap_or_default();
        let point = match point {
            "before_commit" => Some(Point::BeforeCommit),
            "after_commit" => Some(Point::AfterCommit),
            "after_publish" => Some(Point::AfterPublish),
            "during_replay" => Some(Point::DuringReplay),
            _ => None,
        };
        Death { point, passes_left: AtomicI64::new(passes.parse().unwrap_or(1)) }
    });

    static DEFECT: LazyLock<Option<Defect>> = LazyLock::new(|| match std::env::var("SIDEKICK_SABOTAGE").as_deref() {
        Ok("no-poll") => Some(Defect::NoPoll),
        Ok("no-gap-check") => Some(Defect::NoGapCheck),
        Ok("publish-only") => Some(Defect::PublishOnly),
        Ok("sequence") => Some(Defect::Sequence),
        Ok("ids-on-replay") => Some(Defect::IdsOnReplay),
        Ok("lead-back") => Some(Defect::LeadBack),
        Ok("leak") => Some(Defect::Leak),
        Ok("deathless-streams") => Some(Defect::DeathlessStreams),
        Ok("cut-all-streams") => Some(Defect::CutAllStreams),
        _ => None,
    });

    pub(crate) fn is_due(point: Point) -> bool {
        DEATH.point == Some(point) && DEATH.passes_left.fetch_sub(1, Ordering::Relaxed) == 1
    }

    pub(crate) fn die() {
        std::process::abort();
    }

    pub(crate) fn die_at(point: Point) {
        if is_due(point) {
            die();
        }
    }

    pub(crate) fn has(defect: Defect) -> bool {
        *DEFECT == Some(defect)
    }

    /// Keeps memory, a descriptor and a thread for good.
    pub(crate) fn leak() {
        std::mem::forget((vec![1_u8; 256 << 10], std::fs::File::open("/dev/null")));
        let forever = || loop {
            std::thread::park();
        };
        drop(std::thread::Builder::new().stack_size(16 << 10).spawn(forever));
    }

    /// With the defect, which is that of the sequence, the counter's statements on one that the fault test has made.
    pub(crate) fn statement(defect: Defect, sql: &'static str) -> &'static str {
        const NEXT: &str = "nextval('sidekick_chaos')::bigint";
        const LAST: &str = "(SELECT coalesce(max(revision), 0) FROM sidekick_flag_changes)::bigint";
        static STATEMENTS: LazyLock<(String, String)> = LazyLock::new(|| {
            let of = |revision| POSITION_QUERY.replace(", revision,", &format!(", {revision},"));
            (of(NEXT), of(LAST))
        });
        match sql {
            sql if !has(defect) => sql,
            sql if sql.starts_with("UPDATE") => &STATEMENTS.0,
            _ => &STATEMENTS.1,
        }
    }
}

#[cfg(not(feature = "chaos"))]
pub(crate) use off::{die, die_at, has, is_due, leak, statement};
#[cfg(feature = "chaos")]
pub(crate) use on::{die, die_at, has, is_due, leak, statement};
