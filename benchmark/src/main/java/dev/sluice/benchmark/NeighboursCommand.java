package dev.sluice.benchmark;

import dev.sluice.benchmark.chaos.CrowdedConsole;
import dev.sluice.benchmark.chaos.Fault;
import dev.sluice.benchmark.chaos.Neighbours;
import dev.sluice.benchmark.guarantee.Share;
import dev.sluice.local.SeparateInfrastructure;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Causes one fault after another and measures the effect on unrelated campaigns. */
@Command(
    name = "neighbours",
    description =
        "Lets one sender, campaign or record after the other be faulty, and checks that everybody"
            + " else keeps 95 %% of the rate and completes. Takes about half an hour.",
    mixinStandardHelpOptions = true)
final class NeighboursCommand implements Callable<Integer> {
  private static final Share SHARE = Share.ofRate(0.95);
  private static final Duration PAUSED_WITHIN = Duration.ofSeconds(1);
  private static final String CONSOLE = "console";

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "FAULT",
      split = ",",
      completionCandidates = Candidates.class,
      description = "Only these: ${COMPLETION-CANDIDATES} (all but " + CONSOLE + ").")
  private List<String> only = Stream.of(Fault.values()).map(Fault::name).toList();

  @Option(
      names = "--rows",
      paramLabel = "ROWS",
      defaultValue = "1000000",
      description = "How many are imported before a crowded console (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "30",
      description = "How long each lasts (${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "MESSAGES/S",
      defaultValue = "80",
      description = "The steady campaign's rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--same-sender",
      description =
          "The faulty campaigns are the steady campaign's sender's, and its rate is looked at as a"
              + " whole: only for faults of campaigns, and all of these if none is named.")
  private boolean sameSender;

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  NeighboursCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Consumer<String> story =
        line -> {
          out.println(line);
          out.flush();
        };
    List<Fault> faults = faults();
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      if (only.stream().anyMatch(CONSOLE::equalsIgnoreCase)) {
        CrowdedConsole crowded = new CrowdedConsole(servers, rows, PAUSED_WITHIN, story);
        both(crowded::pauses, crowded::memory);
      }
      if (!faults.isEmpty()) {
        new Neighbours(
                servers,
                rate,
                Duration.ofSeconds(seconds),
                SHARE,
                sameSender ? Set.copyOf(faults) : Set.of(),
                story)
            .oneByOne(faults);
      }
    }
    return 0;
  }

  /** Runs one after the other, whether or not the first fails, and reports both failures. */
  static void both(ThrowingCallable first, ThrowingCallable second) {
    SoftAssertions.assertSoftly(softly -> {
      softly.assertThatCode(first).doesNotThrowAnyException();
      softly.assertThatCode(second).doesNotThrowAnyException();
    });
  }

  private List<Fault> faults() {
    Stream<Fault> named =
        only.stream().filter(name -> !name.equalsIgnoreCase(CONSOLE)).map(this::fault);
    if (!sameSender) {
      return named.toList();
    }
    boolean all = !spec.commandLine().getParseResult().hasMatchedOption("--only");
    return named
        .filter(fault -> !all || Fault.ofCampaigns().contains(fault))
        .map(this::ofCampaign)
        .toList();
  }

  private Fault ofCampaign(Fault fault) {
    if (!Fault.ofCampaigns().contains(fault)) {
      throw new ParameterException(
          spec.commandLine(),
          fault + " is no campaign's own fault; --same-sender is for " + Fault.ofCampaigns());
    }
    return fault;
  }

  private Fault fault(String name) {
    try {
      return Fault.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "there is no fault " + name + "; there are " + new Candidates());
    }
  }

  /** The faults of the pipeline, and the crowded console. */
  private static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(Stream.of(Fault.values()).map(Fault::name), Stream.of(CONSOLE))
          .iterator();
    }

    @Override
    public String toString() {
      return String.join(", ", this);
    }
  }
}
