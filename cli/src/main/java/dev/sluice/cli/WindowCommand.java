package dev.sluice.cli;

import dev.sluice.schema.KafkaConfig;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows and repairs the windows that workers keep in their offsets' metadata. */
@Command(
    name = "window",
    description = "Shows and repairs what workers have recorded as done and started.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WindowCommand.Show.class, WindowCommand.Reset.class})
final class WindowCommand {
  private WindowCommand() {}

  /** One partition of {@code send-requests}, as the group of workers left it. */
  private record Place(@Nullable OffsetAndMetadata committed, long end) {
    long waiting() {
      return committed == null ? end : end - committed.offset();
    }
  }

  private static SortedMap<Integer, Place> places(Admin admin, KafkaConfig kafka)
      throws InterruptedException, ExecutionException {
    String topic = kafka.topics().sendRequests();
    String group = kafka.topics().workerGroup();
    List<TopicPartition> partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(
                Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)))
            .partitionsToOffsetAndMetadata(group)
            .get();
    var ends =
        admin
            .listOffsets(
                partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
            .all()
            .get();
    SortedMap<Integer, Place> places = new TreeMap<>();
    partitions.forEach(partition ->
        places.put(
            partition.partition(),
            new Place(committed.get(partition), ends.get(partition).offset())));
    return places;
  }

  /** A line for each partition. */
  @Command(
      name = "show",
      description =
          "Shows each partition's committed offset and what is done and started beyond it.",
      mixinStandardHelpOptions = true)
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KafkaOptions kafka = new KafkaOptions();

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    Show() {}

    @Override
    public Integer call() throws Exception {
      PrintWriter out = spec.commandLine().getOut();
      KafkaConfig config = kafka.config();
      out.printf("%9s %12s %12s  %s%n", "partition", "committed", "end", "window");
      try (Admin admin = Admin.create(config.client(Map.of()))) {
        places(admin, config)
            .forEach((partition, place) ->
                out.printf(
                    "%9d %12s %12d  %s%n",
                    partition,
                    place.committed() == null ? "-" : place.committed().offset(),
                    place.end(),
                    describe(place.committed())));
      }
      out.flush();
      return 0;
    }

    private static String describe(@Nullable OffsetAndMetadata committed) {
      if (committed == null) {
        return "nothing committed yet";
      }
      try {
        List<Run> runs = WindowCodec.decode(committed.metadata());
        return committed.metadata()
            + "  (started "
            + count(runs, State.STARTED)
            + ", done "
            + count(runs, State.DONE)
            + ")";
      } catch (UnreadableWindowException e) {
        return "UNREADABLE: " + e.getMessage();
      }
    }

    private static long count(List<Run> runs, State state) {
      return runs.stream().filter(run -> run.state() == state).mapToLong(Run::length).sum();
    }
  }

  /** Calls everything up to the log's end in doubt. */
  @Command(
      name = "reset",
      description =
          "Repairs a partition whose window cannot be read: everything from its committed offset to"
              + " the end of its log is called in doubt, hence becomes UNCONFIRMED and is not sent."
              + " Stop the workers first.",
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
        description = "Do it; without this it only says what it would do (SLUICE_WINDOW_YES).")
    private boolean confirmed;

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    Reset() {}

    @Override
    public Integer call() throws Exception {
      KafkaConfig config = kafka.config();
      try (Admin admin = Admin.create(config.client(Map.of()))) {
        Place place = places(admin, config).get(partition);
        if (place == null) {
          throw new IllegalArgumentException("there is no partition " + partition);
        }
        OffsetAndMetadata committed = place.committed();
        if (committed == null) {
          throw new IllegalArgumentException("partition " + partition + " needs no repair");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
            "partition %d: %d message(s) from offset %d on %s in doubt%n",
            partition,
            place.waiting(),
            committed.offset(),
            confirmed ? "are now" : "would be (add --yes to do it)");
        out.flush();
        if (confirmed) {
          commit(admin, config, committed.offset(), place.waiting());
        }
      }
      return 0;
    }

    private void commit(Admin admin, KafkaConfig config, long offset, long inDoubt)
        throws InterruptedException {
      List<Run> window =
          inDoubt == 0 ? List.of() : List.of(new Run(State.STARTED, Math.toIntExact(inDoubt)));
      TopicPartition topicPartition = new TopicPartition(config.topics().sendRequests(), partition);
      try {
        admin
            .alterConsumerGroupOffsets(
                config.topics().workerGroup(),
                Map.of(topicPartition, new OffsetAndMetadata(offset, WindowCodec.encode(window))))
            .all()
            .get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(
            "Kafka refused; are all workers stopped? (" + e.getCause().getMessage() + ")", e);
      }
    }
  }
}
