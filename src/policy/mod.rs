//! Policy documents as values; snippets and their renderings.
