package dev.sluice.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsState;
import org.apache.kafka.streams.processor.assignment.ProcessId;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;

class StayingTasksTest {
  @Test
  void aSingleTaskStaysWhoeverJoins() {
    for (int joining : List.of(1, 20)) {
      List<KafkaStreamsState> processes = List.of(process(10, 1, 0), process(joining, 1));

      assertThat(assigned(1, processes).get(id(10))).containsExactly(task(0));
    }
  }

  @Test
  void aDeadProcesssTaskGoesToTheOneThatIsLeft() {
    assertThat(assigned(1, List.of(process(1, 1)))).containsEntry(id(1), Set.of(task(0)));
  }

  @Test
  void aDeadProcesssTaskGoesToTheOneThatHasRunForLongest() {
    for (int older : List.of(1, 20)) {
      List<KafkaStreamsState> processes = List.of(started(10, 1_000), started(older, 999));

      assertThat(assigned(1, processes)).containsEntry(id(older), Set.of(task(0)));
      assertThat(assigned(1, processes.reversed())).containsEntry(id(older), Set.of(task(0)));
    }
  }

  @Test
  void aProcessThatDoesNotSayWhenItStartedIsOfAnEarlierVersionAndHasRunForLonger() {
    assertThat(assigned(1, List.of(started(1, 1_000), process(2, 1))))
        .containsEntry(id(2), Set.of(task(0)));
  }

  @Test
  void aProcessThatJoinsGetsItsShareAndTheOthersKeepTheRest() {
    Map<ProcessId, Set<TaskId>> assigned =
        assigned(6, List.of(process(1, 1, 0, 1, 2), process(2, 1, 3, 4, 5), process(3, 1)));

    assertThat(assigned.get(id(3))).hasSize(2);
    assertThat(assigned.get(id(1))).hasSize(2).isSubsetOf(task(0), task(1), task(2));
    assertThat(assigned.get(id(2))).hasSize(2).isSubsetOf(task(3), task(4), task(5));
  }

  @Test
  void aProcessWithMoreThreadsGetsMore() {
    Map<ProcessId, Set<TaskId>> assigned = assigned(6, List.of(process(1, 1), process(2, 2)));

    assertThat(assigned.get(id(1))).hasSize(2);
    assertThat(assigned.get(id(2))).hasSize(4);
  }

  @Test
  void aProcessThatJoinsGetsOneOfTheTasksThatMakeNoWholeShare() {
    Map<ProcessId, Set<TaskId>> assigned =
        assigned(
            8,
            List.of(
                process(1, 1, 0, 1),
                process(2, 1, 2, 3),
                process(3, 1, 4, 5),
                process(4, 1, 6, 7),
                process(5, 1)));

    assertThat(assigned.get(id(5))).hasSize(1);
    assertThat(List.of(assigned.get(id(1)), assigned.get(id(2)), assigned.get(id(3))))
        .as("one task moves")
        .allSatisfy(tasks -> assertThat(tasks).hasSizeBetween(1, 2));
    assertThat(assigned.get(id(4))).containsExactlyInAnyOrder(task(6), task(7));
  }

  @Test
  void eachTaskIsAssignedOnceThoughTwoProcessesHadItAndOthersAreGone() {
    List<KafkaStreamsState> processes = List.of(process(1, 1, 0, 1), process(2, 1, 1, 2, 9));

    assertThat(assigned(3, processes).values().stream().flatMap(Set::stream))
        .containsExactlyInAnyOrder(task(0), task(1), task(2));
  }

  private static Map<ProcessId, Set<TaskId>> assigned(
      int tasks, Collection<KafkaStreamsState> processes) {
    Set<TaskId> all =
        IntStream.range(0, tasks).mapToObj(StayingTasksTest::task).collect(Collectors.toSet());
    List<StayingTasks.Share> shares = processes.stream().map(StayingTasks.Share::new).toList();
    StayingTasks.assign(all, shares);
    return shares.stream()
        .collect(Collectors.toMap(share -> share.process().processId(), StayingTasks.Share::tasks));
  }

  private static TaskId task(int partition) {
    return new TaskId(0, partition);
  }

  private static ProcessId id(int number) {
    return new ProcessId(new UUID(0, number));
  }

  private static KafkaStreamsState process(int number, int threads, Integer... active) {
    return new Member(
        id(number),
        threads,
        List.of(active).stream().map(StayingTasksTest::task).collect(Collectors.toSet()),
        Map.of());
  }

  private static KafkaStreamsState started(int number, long at) {
    Map<String, String> tags =
        StayingTasks.startedAt(Instant.ofEpochMilli(at)).entrySet().stream()
            .collect(
                Collectors.toMap(
                    setting -> setting.getKey().replace(StreamsConfig.CLIENT_TAG_PREFIX, ""),
                    setting -> (String) setting.getValue()));
    return new Member(id(number), 1, Set.of(), tags);
  }

  /** What the assignor may look at. */
  private record Member(
      ProcessId processId,
      int numProcessingThreads,
      Set<TaskId> active,
      Map<String, String> clientTags)
      implements KafkaStreamsState {
    @Override
    public SortedSet<TaskId> previousActiveTasks() {
      return new TreeSet<>(active);
    }

    @Override
    public SortedSet<String> consumerClientIds() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SortedSet<TaskId> previousStandbyTasks() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long lagFor(TaskId task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SortedSet<TaskId> prevTasksByLag(String consumerClientId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<TaskId, Long> statefulTasksToLagSums() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<HostInfo> hostInfo() {
      return Optional.empty();
    }

    @Override
    public Optional<String> rackId() {
      return Optional.empty();
    }
  }
}
