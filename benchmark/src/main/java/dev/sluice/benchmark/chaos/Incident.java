package dev.sluice.benchmark.chaos;

/** A fault that lasts for a while. */
interface Incident {

  /** Sets up the slow preconditions. */
  default void prepare() throws Exception {}

  /** Begins the fault, while all campaigns are sending. */
  void begin() throws Exception;

  /**
   * Waits until the fault has reached the code that it is meant for, and fails if it does not. Else
   * a fault that no longer happens would harm nobody.
   */
  void tookPlace() throws Exception;

  /** Ends the fault. */
  default void end() throws Exception {}

  /**
   * Returns whether it affects this sender by design, so that no guarantee applies to it meanwhile.
   */
  default boolean concerns(String senderId) {
    return false;
  }

  /** Returns a fault that does not end by itself, for example a record that stays in the log. */
  static Incident lasting(Step begin, Step tookPlace) {
    return passing(begin, tookPlace, () -> {});
  }

  /** Returns a fault that can be undone. */
  static Incident passing(Step begin, Step tookPlace, Step end) {
    return new Incident() {
      @Override
      public void begin() throws Exception {
        begin.run();
      }

      @Override
      public void tookPlace() throws Exception {
        tookPlace.run();
      }

      @Override
      public void end() throws Exception {
        end.run();
      }
    };
  }

  /** A part of a fault. */
  interface Step {
    /** Runs the step. */
    void run() throws Exception;
  }
}
