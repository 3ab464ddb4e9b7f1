package dev.sluice.benchmark.chaos;

/** A fault that lasts for a while. */
interface Incident {

  /** Sets up the slow preconditions. */
  default void prepare() throws Exception {}

  /** Begins the fault, while all campaigns are sending. */
  void begin() throws Exception;

  /** Ends the fault. */
  default void end() throws Exception {}

  /**
   * Returns whether it affects this sender by design, so that no guarantee applies to it meanwhile.
   */
  default boolean concerns(String senderId) {
    return false;
  }

  /** Returns a fault that does not end by itself, for example a record that stays in the log. */
  static Incident lasting(Step step) {
    return step::run;
  }

  /** Returns a fault that can be undone. */
  static Incident passing(Step begin, Step end) {
    return new Incident() {
      @Override
      public void begin() throws Exception {
        begin.run();
      }

      @Override
      public void end() throws Exception {
        end.run();
      }
    };
  }

  /** The beginning or end of a fault. */
  interface Step {
    /** Runs the step. */
    void run() throws Exception;
  }
}
