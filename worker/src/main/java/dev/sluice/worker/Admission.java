package dev.sluice.worker;

/** Whether a request may be sent now. */
enum Admission {
  /** It may. */
  ADMIT,
  /** It and its lane wait: the hold is expected to end soon without anybody's help. */
  HOLD,
  /** It is returned to the producer unsent: the hold has no foreseeable end. */
  RETURN,
  /** It is dropped unsent. */
  DROP
}
