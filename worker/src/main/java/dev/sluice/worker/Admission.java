package dev.sluice.worker;

/** Whether a request may be sent now. */
enum Admission {
  /** Send it. */
  ADMIT,
  /** It and its lane wait; the hold is expected to end soon by itself. */
  HOLD,
  /** It is returned to the producer unsent, because the hold has no foreseeable end. */
  RETURN,
  /** It is dropped unsent. */
  DROP
}
