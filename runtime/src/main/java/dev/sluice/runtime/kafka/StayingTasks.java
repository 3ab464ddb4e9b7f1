package dev.sluice.runtime.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.assignment.ApplicationState;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment.AssignedTask;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsState;
import org.apache.kafka.streams.processor.assignment.TaskAssignor;

/**
 * Leaves each task where it is, up to an even share of them for each process (KIP-924). Kafka's
 * default assignor moves a task to a process that joins if that one's random id is the higher one,
 * because stores as small as ours pass for restored; and its sticky assignor counts partitions, so
 * that a single task with two of them moves each time.
 *
 * <p>There are no standby tasks.
 */
public final class StayingTasks implements TaskAssignor {
  @Override
  public TaskAssignment assign(ApplicationState application) {
    return new TaskAssignment(
        assign(application.allTasks().keySet(), application.kafkaStreamsStates(false).values()));
  }

  static List<KafkaStreamsAssignment> assign(
      Set<TaskId> tasks, Collection<KafkaStreamsState> processes) {
    int threads = processes.stream().mapToInt(KafkaStreamsState::numProcessingThreads).sum();
    Set<TaskId> left = new TreeSet<>(tasks);
    List<Share> shares = new ArrayList<>();
    for (KafkaStreamsState process : processes) {
      Share share = new Share(process, new HashSet<>());
      int most = Math.ceilDiv(tasks.size() * process.numProcessingThreads(), threads);
      process.previousActiveTasks().stream()
          .filter(left::contains)
          .limit(most)
          .forEach(share.tasks::add);
      left.removeAll(share.tasks);
      shares.add(share);
    }
    left.forEach(
        task -> Collections.min(shares, Comparator.comparingDouble(Share::load)).tasks.add(task));
    return shares.stream().map(Share::assignment).toList();
  }

  /** The tasks of a process. */
  private record Share(KafkaStreamsState process, Set<TaskId> tasks) {
    private double load() {
      return (double) tasks.size() / process.numProcessingThreads();
    }

    private KafkaStreamsAssignment assignment() {
      return KafkaStreamsAssignment.of(
          process.processId(),
          tasks.stream()
              .map(task -> new AssignedTask(task, AssignedTask.Type.ACTIVE))
              .collect(Collectors.toSet()));
    }
  }
}
