package dev.sluice.worker;

/** Whether a request may be sent now. */
enum Admission {
  /** It may. */
  ADMIT,
  /** It stays, and its lane with it: it may go on soon, by itself. */
  HOLD,
  /** It is given back unsent: nobody knows when it may go on. */
  RETURN,
  /** It is dropped unsent. */
  DROP
}
