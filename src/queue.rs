//! Jobs, and how they enter the queue.
