//! Whatever happens, every job of an operation is done, moved, refused or was skipped, and none runs twice.
