//! Things that seldom happen beside one that happens all the time: they are looked at when they ring, and not each time
//! that their task runs. What waits inside `FuturesUnordered` is told apart the same way.

use std::array;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Remembers whether any of the things behind it has woken the task since they were last looked at. It fills one line of
/// the processor's cache, for two would be fetched.
#[repr(align(64))]
pub(super) struct Doorbell {
    has_rung: Flag,
    task: Waker,
    /// What those behind it pull.
    rope: Waker,
}

struct Rope {
    has_rung: Flag,
    task: Waker,
}

/// One place of a row.
#[derive(Clone)]
struct Flag {
    row: Row,
    place: usize,
}

/// Flags of several doorbells in memory that the processor fetches at once: thousands of streams look at theirs for each
/// change, and with a place of its own each would wait for it.
type Row = Arc<[AtomicBool; ROW]>;

const ROW: usize = 64;

thread_local! {
    /// The next place that nobody has had.
    static NEXT: Cell<Option<Flag>> = const { Cell::new(None) };
}

impl Doorbell {
    /// Nothing behind it has been looked at yet.
    pub(super) fn new() -> Self {
        Self::of(Waker::noop().clone())
    }

    fn of(task: Waker) -> Self {
        let has_rung = Flag::new();
        has_rung.set();
        let rope = Waker::from(Arc::new(Rope { has_rung: has_rung.clone(), task: task.clone() }));
        Self { has_rung, task, rope }
    }

    /// Looks at the things behind it, if there can be news. `look` polls each of them with the given context, up to the
    /// first that is ready.
    pub(super) fn poll<T>(&mut self, context: &Context<'_>, look: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        if !self.task.will_wake(context.waker()) {
            *self = Self::of(context.waker().clone());
        }
        // Before the look: a ring during it counts for the next one.
        if !self.has_rung.take() {
            return Poll::Pending;
        }
        let found = look(&mut Context::from_waker(&self.rope));
        if found.is_ready() {
            // Those after the first one that was ready were not looked at.
            self.has_rung.set();
        }
        found
    }
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.set();
        self.task.wake_by_ref();
    }
}

impl Flag {
    fn new() -> Self {
        NEXT.with(|next| {
            let flag =
                next.take().unwrap_or_else(|| Self { row: Arc::new(array::from_fn(|_| false.into())), place: 0 });
            if flag.place + 1 < ROW {
                next.set(Some(Self { row: Arc::clone(&flag.row), place: flag.place + 1 }));
            }
            flag
        })
    }

    fn set(&self) {
        if let Some(flag) = self.row.get(self.place) {
            flag.store(true, Ordering::Release);
        }
    }

    /// Whether it was set; it no longer is. Where it was not, nothing is written, which would take the row from other
    /// processors.
    fn take(&self) -> bool {
        self.row.get(self.place).is_some_and(|flag| flag.load(Ordering::Relaxed) && flag.swap(false, Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use tokio::sync::oneshot;

    #[derive(Default)]
    struct Task(AtomicBool);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn waker() -> (Arc<Task>, Waker) {
        let task = Arc::new(Task::default());
        (Arc::clone(&task), Waker::from(task))
    }

    /// Whether `poll` looks at what is behind it.
    fn looks(doorbell: &mut Doorbell, waker: &Waker) -> bool {
        let mut looked = false;
        let _ = doorbell.poll(&Context::from_waker(waker), |_| {
            looked = true;
            Poll::<()>::Pending
        });
        looked
    }

    #[test]
    fn what_is_behind_it_is_looked_at_first_and_then_when_it_wakes_the_task() {
        let (task, waker) = waker();
        let mut doorbell = Doorbell::new();
        let (sender, receiver) = oneshot::channel();
        let mut receiver = pin!(receiver);
        let mut look = |doorbell: &mut Doorbell| {
            doorbell.poll(&Context::from_waker(&waker), |context| receiver.as_mut().poll(context))
        };

        assert!(look(&mut doorbell).is_pending());
        assert!(!looks(&mut doorbell, &waker), "nothing has woken the task");
        sender.send(7).unwrap();
        assert!(task.0.load(Ordering::SeqCst), "the task itself is woken");
        assert_eq!(look(&mut doorbell), Poll::Ready(Ok(7)));
    }

    #[test]
    fn after_one_was_ready_the_others_are_looked_at() {
        let (_, waker) = waker();
        let mut doorbell = Doorbell::new();
        assert!(doorbell.poll(&Context::from_waker(&waker), |_| Poll::Ready(())).is_ready());
        assert!(looks(&mut doorbell, &waker));
        assert!(!looks(&mut doorbell, &waker));
    }

    #[test]
    fn another_task_hears_it_from_then_on() {
        let (_, first) = waker();
        let (task, second) = waker();
        let mut doorbell = Doorbell::new();
        assert!(looks(&mut doorbell, &first));
        let mut rope = None;
        let _ = doorbell.poll(&Context::from_waker(&second), |context| {
            rope = Some(context.waker().clone());
            Poll::<()>::Pending
        });
        rope.unwrap().wake();
        assert!(task.0.load(Ordering::SeqCst));
        assert!(looks(&mut doorbell, &second));
    }

    #[test]
    fn doorbells_beside_each_other_ring_alone() {
        let (_, waker) = waker();
        let mut doorbells: Vec<Doorbell> = (0..3 * ROW).map(|_| Doorbell::new()).collect();
        let mut ropes = Vec::new();
        for doorbell in &mut doorbells {
            let _ = doorbell.poll(&Context::from_waker(&waker), |context| {
                ropes.push(context.waker().clone());
                Poll::<()>::Pending
            });
        }
        ropes[ROW].wake_by_ref();
        let rung: Vec<usize> = (0..doorbells.len()).filter(|&place| looks(&mut doorbells[place], &waker)).collect();
        assert_eq!(rung, [ROW]);
    }

    #[test]
    fn a_ring_during_the_look_is_not_lost() {
        let (_, waker) = waker();
        let mut doorbell = Doorbell::new();
        let _ = doorbell.poll(&Context::from_waker(&waker), |context| {
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(looks(&mut doorbell, &waker));
    }
}
