package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.ReceiptFlood;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how many receipts console and aggregator take together. */
@Command(
    name = "receipts",
    description = "Delivers receipts in disorder, 30 %% of them twice, and checks every counter.",
    mixinStandardHelpOptions = true)
final class ReceiptsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--receipts",
      paramLabel = "RECEIPTS",
      defaultValue = "100000",
      description = "How many different ones (${DEFAULT-VALUE}).")
  private int receipts;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Decides the order (${DEFAULT-VALUE}).")
  private long seed;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ReceiptsCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    new ReceiptFlood(
            receipts,
            seed,
            line -> {
              out.println(line);
              out.flush();
            })
        .run();
    return 0;
  }
}
