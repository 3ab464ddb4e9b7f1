package dev.sluice.local;

import java.io.IOException;

/** Stops a process in the middle of whatever it does, as a paused virtual machine is stopped. */
public final class ProcessSignals {
  private ProcessSignals() {}

  /** SIGSTOP: it does nothing and knows nothing of it. */
  public static void freeze(Process process) throws IOException, InterruptedException {
    signal("STOP", process);
  }

  /** SIGCONT: it goes on where it was. */
  public static void thaw(Process process) throws IOException, InterruptedException {
    signal("CONT", process);
  }

  private static void signal(String signal, Process process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }
}
