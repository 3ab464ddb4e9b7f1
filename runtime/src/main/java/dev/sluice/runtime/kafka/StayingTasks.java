package dev.sluice.runtime.kafka;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.assignment.ApplicationState;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment.AssignedTask;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsState;
import org.apache.kafka.streams.processor.assignment.TaskAssignor;
import org.apache.kafka.streams.processor.assignment.TaskInfo;

/**
 * Leaves each task where it is, up to an even share of them for each process (KIP-924). Kafka's
 * default assignor moves a task to a process that joins if that one's random id is the higher one,
 * because stores as small as ours pass for restored; and its sticky assignor counts partitions, so
 * that a single task with two of them moves each time.
 *
 * <p>A dead process's tasks go to those that have run for longest, which are warm: a process that
 * was killed is often started again before the group has noticed.
 *
 * <p>There are no standby tasks.
 */
public final class StayingTasks implements TaskAssignor {
  private static final String STARTED = "started";

  /** Returns the settings that tell others when this process was started. */
  static Map<String, Object> startedAt(Instant now) {
    return Map.of(StreamsConfig.clientTagPrefix(STARTED), Long.toString(now.toEpochMilli()));
  }

  @Override
  public TaskAssignment assign(ApplicationState application) {
    List<Share> shares =
        application.kafkaStreamsStates(false).values().stream().map(Share::new).toList();
    Map<Boolean, Set<TaskId>> byState =
        application.allTasks().values().stream()
            .collect(partitioningBy(TaskInfo::isStateful, mapping(TaskInfo::id, toSet())));
    // Tasks with stores first, so that none of them makes room for one without.
    assign(byState.getOrDefault(true, Set.of()), shares);
    assign(byState.getOrDefault(false, Set.of()), shares);
    return new TaskAssignment(shares.stream().map(Share::assignment).toList());
  }

  static void assign(Set<TaskId> tasks, List<Share> shares) {
    int threads = shares.stream().mapToInt(Share::threads).sum();
    Set<TaskId> left = new TreeSet<>(tasks);
    for (Share share : shares) {
      List<TaskId> stay =
          share.process.previousActiveTasks().stream()
              .filter(left::contains)
              .limit(tasks.size() * share.threads() / threads)
              .toList();
      share.tasks.addAll(stay);
      stay.forEach(left::remove);
    }
    // What makes no whole share stays too, unless another process has less.
    for (TaskId task : left) {
      Comparator<Share> byLoad = Comparator.comparingDouble(Share::load);
      Comparator<Share> byAge = Comparator.comparingLong(Share::started);
      Collections.min(shares, byLoad.thenComparing(share -> !share.had(task)).thenComparing(byAge))
          .tasks
          .add(task);
    }
  }

  /** The tasks of a process. */
  record Share(KafkaStreamsState process, Set<TaskId> tasks) {
    Share(KafkaStreamsState process) {
      this(process, new HashSet<>());
    }

    private int threads() {
      return process.numProcessingThreads();
    }

    private boolean had(TaskId task) {
      return process.previousActiveTasks().contains(task);
    }

    /** Earlier versions do not say when they started, and so have run for longer. */
    private long started() {
      return Long.parseLong(process.clientTags().getOrDefault(STARTED, "0"));
    }

    private double load() {
      return (double) tasks.size() / threads();
    }

    private KafkaStreamsAssignment assignment() {
      return KafkaStreamsAssignment.of(
          process.processId(),
          tasks.stream()
              .map(task -> new AssignedTask(task, AssignedTask.Type.ACTIVE))
              .collect(toSet()));
    }
  }
}
