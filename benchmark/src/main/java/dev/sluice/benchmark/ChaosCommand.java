package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.Chaos;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills and freezes roles in the middle of a campaign and audits the result. */
@Command(
    name = "chaos",
    description =
        "Runs roles as JVMs, kills or freezes random ones in the middle of a campaign, and audits"
            + " the provider's log against the database.",
    mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--recipients",
      defaultValue = "${env:SLUICE_CHAOS_RECIPIENTS:-20000}",
      description = "The campaign's size (SLUICE_CHAOS_RECIPIENTS; ${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "${env:SLUICE_CHAOS_RATE:-1000}",
      description = "The sender's rate (SLUICE_CHAOS_RATE; ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--kills",
      defaultValue = "${env:SLUICE_CHAOS_KILLS:-20}",
      description = "Roles killed and started again (SLUICE_CHAOS_KILLS; ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--freezes",
      defaultValue = "${env:SLUICE_CHAOS_FREEZES:-0}",
      description = "Roles frozen and thawed (SLUICE_CHAOS_FREEZES; ${DEFAULT-VALUE}).")
  private int freezes;

  @Option(
      names = "--frozen-seconds",
      paramLabel = "S",
      defaultValue = "${env:SLUICE_CHAOS_FROZEN_SECONDS:-20}",
      description = "How long each is frozen (SLUICE_CHAOS_FROZEN_SECONDS; ${DEFAULT-VALUE}).")
  private int frozenSeconds;

  @Option(
      names = "--seed",
      defaultValue = "${env:SLUICE_CHAOS_SEED}",
      description = "Repeats a run: who and when (SLUICE_CHAOS_SEED; random).")
  private @Nullable Long seed;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ChaosCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Chaos.Plan plan =
        new Chaos.Plan(
            recipients,
            rate,
            kills,
            freezes,
            Duration.ofSeconds(frozenSeconds),
            seed == null ? System.nanoTime() : seed,
            true);
    out.println(plan);
    new Chaos(
            plan,
            event -> {
              out.println(event);
              out.flush();
            })
        .run();
    out.println("every guarantee held");
    return 0;
  }
}
