package dev.sluice.worker;

/** Whether a request may be sent now. */
enum Signal {
  GO,
  /** It stays, and its lane with it: it may go on soon, by itself. */
  STAND,
  /** It is given back unsent: nobody knows when it may go on. */
  BACK,
  /** It is dropped unsent. */
  DROP
}
