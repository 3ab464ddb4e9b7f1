package dev.sluice.cli;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows and repairs the windows that workers keep in the metadata of their committed offsets. */
@Command(
    name = "window",
    description = "Shows and repairs what workers have recorded as done and started.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WindowCommand.Show.class, WindowCommand.Reset.class})
final class WindowCommand {
  private WindowCommand() {}

  /** Prints one line per partition. */
  @Command(
      name = "show",
      description =
          "Shows each partition's committed offset and what is done and started beyond it.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    /** A line holds the first open offset, which keeps the window open, and what follows. */
    private static final int FIRST_RUNS = 16;

    @Spec private CommandSpec spec;
    @Mixin private KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--all",
        defaultValue = "${env:SLUICE_WINDOW_ALL:-false}",
        fallbackValue = "true",
        description = "Show long windows whole (SLUICE_WINDOW_ALL).")
    private boolean all;

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    Show() {}

    @Override
    public Integer call() throws Exception {
      PrintWriter out = spec.commandLine().getOut();
      KafkaConfig config = kafka.config();
      out.printf("%9s %12s %12s  %s%n", "partition", "committed", "end", "window");
      try (Admin admin = Admin.create(config.client(Map.of()))) {
        new Places(config)
            .read(admin)
            .forEach((partition, place) ->
                out.printf(
                    "%9d %12s %12d  %s%n",
                    partition,
                    place.committed() == null ? "-" : place.committed().offset(),
                    place.end(),
                    describe(place)));
      }
      out.flush();
      return 0;
    }

    private String describe(Place place) {
      try {
        Place.Recorded recorded = place.recorded();
        return text(recorded.runs())
            + "  (started "
            + count(recorded.runs(), State.STARTED)
            + ", done "
            + count(recorded.runs(), State.DONE)
            + ")";
      } catch (UnreadableWindowException e) {
        return "CLOSED: " + e.getMessage();
      }
    }

    private String text(List<Run> runs) {
      int more = runs.size() - FIRST_RUNS;
      return all || more <= 0
          ? WindowCodec.asRuns(runs)
          : WindowCodec.asRuns(runs.subList(0, FIRST_RUNS)) + " … " + more + " more, see --all";
    }

    private static long count(List<Run> runs, State state) {
      return runs.stream().filter(run -> run.state() == state).mapToLong(Run::length).sum();
    }
  }

  /** Declares everything up to the log's end in doubt. */
  @Command(
      name = "reset",
      description =
          "Repairs a partition that workers keep closed: everything from its committed offset, or the"
              + " beginning of its log, to the log's end is called in doubt, hence becomes"
              + " UNCONFIRMED and is not sent. Workers open it then by themselves. For a partition"
              + " that is not closed, stop the workers first.",
      mixinStandardHelpOptions = true)
  static final class Reset implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--partition",
        required = true,
        paramLabel = "N",
        defaultValue = "${env:SLUICE_WINDOW_PARTITION}",
        description = "Which partition of send-requests (SLUICE_WINDOW_PARTITION).")
    private int partition;

    @Option(
        names = "--yes",
        defaultValue = "${env:SLUICE_WINDOW_YES:-false}",
        fallbackValue = "true",
        description = "Do it; without this it only says what it would do (SLUICE_WINDOW_YES).")
    private boolean confirmed;

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    Reset() {}

    @Override
    public Integer call() throws Exception {
      KafkaConfig config = kafka.config();
      try (Admin admin = Admin.create(config.client(Map.of()))) {
        Places places = new Places(config);
        Place place = places.read(admin).get(partition);
        if (place == null) {
          throw new IllegalArgumentException("there is no partition " + partition);
        }
        if (!place.closed() && place.drained()) {
          throw new IllegalArgumentException("partition " + partition + " needs no repair");
        }
        long inDoubt = place.end() - place.firstInDoubt();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
            "partition %d: %d message(s) from offset %d on %s in doubt%n",
            partition,
            inDoubt,
            place.firstInDoubt(),
            confirmed ? "are now" : "would be (add --yes to do it)");
        out.flush();
        if (confirmed) {
          List<Run> window =
              inDoubt == 0 ? List.of() : List.of(new Run(State.STARTED, Math.toIntExact(inDoubt)));
          OffsetAndMetadata reset =
              new OffsetAndMetadata(place.firstInDoubt(), WindowCodec.encode(window));
          if (place.closed()) {
            places.commit(Map.of(partition, reset));
          } else {
            commitWithoutWorkers(admin, config, reset);
          }
        }
      }
      return 0;
    }

    private void commitWithoutWorkers(Admin admin, KafkaConfig config, OffsetAndMetadata place)
        throws InterruptedException {
      TopicPartition topicPartition = new TopicPartition(config.topics().sendRequests(), partition);
      try {
        admin
            .alterConsumerGroupOffsets(config.topics().workerGroup(), Map.of(topicPartition, place))
            .all()
            .get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "Kafka refused; are all workers stopped? (" + Reasons.of(e) + ")", e);
      }
    }
  }
}
