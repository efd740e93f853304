//! Things that seldom happen beside one that happens all the time: they are looked at when they ring, and not each time
//! that their task runs. What waits inside `FuturesUnordered` is told apart the same way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Remembers whether any of the things behind it has woken the task since they were last looked at.
pub(super) struct Doorbell {
    bell: Arc<Bell>,
    /// The bell, as those behind it wake it.
    rope: Waker,
}

struct Bell {
    has_rung: AtomicBool,
    task: Waker,
}

impl Doorbell {
    /// Nothing behind it has been looked at yet.
    pub(super) fn new() -> Self {
        Self::of(Waker::noop().clone())
    }

    fn of(task: Waker) -> Self {
        let bell = Arc::new(Bell { has_rung: AtomicBool::new(true), task });
        Self { rope: Waker::from(Arc::clone(&bell)), bell }
    }

    /// Looks at the things behind it, if there can be news. `look` polls each of them with the given context, up to the
    /// first that is ready.
    pub(super) fn poll<T>(&mut self, context: &Context<'_>, look: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        if !self.bell.task.will_wake(context.waker()) {
            *self = Self::of(context.waker().clone());
        }
        // The swap is before the look: a ring during the look counts for the next one.
        if !self.bell.has_rung.swap(false, Ordering::Acquire) {
            return Poll::Pending;
        }
        let found = look(&mut Context::from_waker(&self.rope));
        if found.is_ready() {
            // Those after the first one that was ready were not looked at.
            self.bell.has_rung.store(true, Ordering::Relaxed);
        }
        found
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake_by_ref();
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
