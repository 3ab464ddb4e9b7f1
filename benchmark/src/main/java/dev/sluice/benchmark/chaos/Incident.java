package dev.sluice.benchmark.chaos;

/** Something that goes wrong for a while. */
interface Incident {

  /** What must be there before, and takes a while. */
  default void prepare() throws Exception {}

  /** It begins, while everybody is sending. */
  void begin() throws Exception;

  /** It ends. */
  default void end() throws Exception {}

  /** Whether it is this sender's own fault, so that nothing is promised to it while it lasts. */
  default boolean concerns(String senderId) {
    return false;
  }

  /** One that does not end by itself, for example a record that stays in the log. */
  static Incident lasting(Step step) {
    return step::run;
  }

  /** One that is taken back. */
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

  /** Half of it. */
  interface Step {
    /** Does it. */
    void run() throws Exception;
  }
}
