//! A queue for many writers and one reader.
//!
//! These lines speak of the file.

use std::collections::VecDeque;

/// How many entries fit.
pub const LIMIT: usize = 64;

/// The queue itself.
///
/// It never blocks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Queue<T: Send> {
    entries: VecDeque<T>,
}

struct Marker;

pub enum Error {
    Full,
    Closed(String),
}

pub trait Sink<T> {
    type Item;
    /// Takes one entry.
    fn put(&mut self, entry: T) -> Result<(), Error>;
    fn put_all(&mut self, entries: Vec<T>) {
        for entry in entries {
            self.put(entry).unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

impl<T: Send> Queue<T> {
    const STEP: usize = 2;

    /// Makes an empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self { entries: VecDeque::with_capacity(LIMIT) }
    }

    cfg_metrics! {
        /// Counts the entries.
        pub fn len(&self) -> usize {
            self.entries.len()
        }
    }
}

impl<T> Sink<T> for Queue<T>
where
    T: Send,
{
    type Item = T;

    fn put(&mut self, entry: T) -> Result<(), Error> {
        fn check(len: usize) -> bool {
            len < LIMIT
        }
        if check(self.entries.len()) {
            return Err(Error::Closed(String::from("full")));
        }
        self.entries.push_back(entry);
        Ok(())
    }
}

cfg_net! {
    pub mod net {
        use super::Queue;

        /// Reads from a socket into a queue.
        pub async fn fill(queue: &mut Queue<u8>) {
            cfg_trace! { trace("inside a function macros are left alone"); }
            read(queue).await
        }

        cfg_unix! {
            impl Queue<u8> {
                pub(crate) fn raw_fd(&self) -> i32 { fd::<u8>(self) }
            }
        }
    }
}

/// Builds a queue from a list.
#[macro_export]
macro_rules! queue {
    ($($entry:expr),*) => {{
        let mut q = Queue::new();
        $(q.put($entry);)*
        q
    }};
}

unsafe extern "C" fn callback(data: *mut u8) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts() {
        let handler = |x: u8| x + 1;
        assert_eq!(queue![1].len(), handler(0).into());
    }
}
