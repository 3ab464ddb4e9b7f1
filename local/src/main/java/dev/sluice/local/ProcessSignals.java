package dev.sluice.local;

import java.io.IOException;

/** Freezes a process wherever it is, as a paused virtual machine would be. */
public final class ProcessSignals {
  private ProcessSignals() {}

  /** Sends SIGSTOP: the process stops without noticing. */
  public static void freeze(Process process) throws IOException, InterruptedException {
    signal("STOP", process);
  }

  /** Sends SIGCONT: the process continues where it was. */
  public static void thaw(Process process) throws IOException, InterruptedException {
    signal("CONT", process);
  }

  private static void signal(String signal, Process process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }
}
