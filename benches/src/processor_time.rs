//! The processor time of this thread: what else runs on the machine counts less in it than by the clock.

use std::time::Duration;

/// Time that this thread has had, since some moment; on systems other than Linux by the clock.
#[must_use]
pub fn processor_time() -> Duration {
    #[cfg(target_os = "linux")]
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).try_into().unwrap_or_default();
    #[cfg(not(target_os = "linux"))]
    let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_processor_time() {
        let begun = processor_time();
        while processor_time() - begun < Duration::from_millis(2) {}
        assert!(processor_time() - begun >= Duration::from_millis(2));
    }
}
