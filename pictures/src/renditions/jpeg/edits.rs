//! A file with some of its bytes replaced, read without a copy of it.

use std::io::{self, Read};
use std::ops::Range;

/// Bytes to put in the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// What goes; may be empty.
    pub gone: Range<usize>,
    /// What comes; may be empty.
    pub new: Vec<u8>,
}

/// Reads a file as it is after its edits, which are in the order of the file and do not overlap.
pub(super) struct Edited<'a> {
    file: &'a [u8],
    at: usize,
    edits: std::slice::Iter<'a, Edit>,
    next: Option<&'a Edit>,
    /// What is left of the bytes of the last edit.
    new: &'a [u8],
}

impl<'a> Edited<'a> {
    pub fn new(file: &'a [u8], edits: &'a [Edit]) -> Self {
        let mut edits = edits.iter();
        let next = edits.next();
        Self { file, at: 0, edits, next, new: &[] }
    }
}

impl Read for Edited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.new.is_empty() {
                return self.new.read(buffer);
            }
            let until = self.next.map_or(self.file.len(), |edit| edit.gone.start);
            if self.at < until {
                let read = (&self.file[self.at..until]).read(buffer)?;
                self.at += read;
                return Ok(read);
            }
            let Some(edit) = self.next else { return Ok(0) };
            self.at = edit.gone.end.min(self.file.len()).max(self.at);
            self.new = &edit.new;
            self.next = self.edits.next();
        }
    }
}
