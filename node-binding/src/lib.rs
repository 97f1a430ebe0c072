//! The engine's face for Node: options in, engine call, plain object or event out.
