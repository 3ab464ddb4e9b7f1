package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.ImportSpeed;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares an import with a bare COPY of the same rows. */
@Command(
    name = "import",
    description = "Imports a CSV file through the console, and the same rows by a bare COPY.",
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--rows",
      paramLabel = "ROWS",
      defaultValue = "1000000",
      description = "How many recipients (${DEFAULT-VALUE}).")
  private int rows;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ImportCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    new ImportSpeed(
            rows,
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
