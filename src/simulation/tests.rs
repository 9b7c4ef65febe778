//! The province, read back from its files.
