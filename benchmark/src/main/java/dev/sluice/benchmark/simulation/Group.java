package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A group with the classic protocol and cooperative assignment. Partitions of the same number
 * belong together, as in a task of Kafka Streams. A generation is complete when every member has
 * polled to join it; from then on only it may commit, of which members learn a moment later. A
 * member that must give up a partition is told first, and the partition is assigned in the next
 * generation. Commits are checked only for membership and generation.
 */
final class Group {
  private static final Duration SESSION = Duration.ofSeconds(6);
  private static final Duration LONGEST_BETWEEN_POLLS = Duration.ofSeconds(60);

  /** The longest time from the completion of a generation until members learn their assignment. */
  private static final Duration LONGEST_SYNC = Duration.ofMillis(40);

  private static final Duration CHECK = Duration.ofMillis(500);
  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final Kernel kernel;
  private final Runnable changed;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Set<TopicPartition> partitions = new TreeSet<>(ORDER);

  /** The partitions that a fault moves, with the processes to move them to. */
  private final Map<TopicPartition, String> wishes = new HashMap<>();

  private int generation;
  private int rebalances;
  private int joins;

  /** A member as seen by the coordinator. */
  static final class Member {
    private final String id;
    private final SimProcess process;
    private Set<TopicPartition> claimed = Set.of();
    private Set<TopicPartition> assigned = Set.of();
    private boolean joined;
    private int generation = -1;
    private long polledNanos;

    private Member(String id, SimProcess process) {
      this.id = id;
      this.process = process;
    }

    String id() {
      return id;
    }
  }

  Group(Kernel kernel, Runnable changed) {
    this.kernel = kernel;
    this.changed = changed;
    kernel.after(CHECK, () -> kernel.every(CHECK, this::expelSilent));
  }

  void serve(Collection<TopicPartition> all) {
    partitions.addAll(all);
  }

  List<TopicPartition> partitions() {
    return List.copyOf(partitions);
  }

  private void expelSilent() {
    for (Member member : List.copyOf(members.values())) {
      Duration sincePoll = Duration.ofNanos(kernel.nowNanos() - member.polledNanos);
      Duration silent = member.process.alive() ? member.process.silentFor() : sincePoll;
      if (silent.compareTo(SESSION) > 0 || sincePoll.compareTo(LONGEST_BETWEEN_POLLS) > 0) {
        leave(member.id);
      }
    }
  }

  /** Adds a process as a new member; its claims from an earlier membership are void. */
  Member join(SimProcess process) {
    Member member = new Member(process.name() + "#" + joins++, process);
    members.put(member.id, member);
    member.polledNanos = kernel.nowNanos();
    rebalance();
    return member;
  }

  boolean has(Member member) {
    return members.get(member.id) == member;
  }

  boolean has(String member) {
    return members.containsKey(member);
  }

  void leave(String member) {
    if (members.remove(member) != null) {
      rebalance();
      completeIfAllJoined();
    }
  }

  /** Begins to form a new generation. */
  void rebalance() {
    rebalances++;
    members.values().forEach(member -> member.joined = false);
    changed.run();
  }

  /** Moves a partition to the member of a process in the next generation. */
  void move(TopicPartition partition, String process) {
    wishes.put(partition, process);
    rebalance();
  }

  /** Records that a member polls, which joins the generation being formed. */
  void polled(Member member, Set<TopicPartition> claims) {
    member.polledNanos = kernel.nowNanos();
    if (!member.joined) {
      member.joined = true;
      member.claimed = Set.copyOf(claims);
      completeIfAllJoined();
    }
  }

  private void completeIfAllJoined() {
    if (members.isEmpty() || !members.values().stream().allMatch(member -> member.joined)) {
      return;
    }
    generation++;
    Map<TopicPartition, String> target = target();
    Map<String, Set<TopicPartition>> assigned = new HashMap<>();
    for (TopicPartition partition : partitions) {
      String to = target.get(partition);
      String from = claimant(partition);
      if (to != null && (from == null || from.equals(to))) {
        assigned.computeIfAbsent(to, any -> new HashSet<>()).add(partition);
      }
    }
    int before = rebalances;
    kernel.at(
        kernel.nowNanos() + kernel.between(Duration.ZERO, LONGEST_SYNC),
        () -> {
          if (before == rebalances) {
            hand(assigned);
          }
        });
  }

  private void hand(Map<String, Set<TopicPartition>> assigned) {
    for (Member member : members.values()) {
      member.assigned = assigned.getOrDefault(member.id, Set.of());
      member.generation = generation;
    }
    changed.run();
  }

  private @Nullable String claimant(TopicPartition partition) {
    return members.values().stream()
        .filter(member -> member.claimed.contains(partition))
        .map(member -> member.id)
        .findFirst()
        .orElse(null);
  }

  /** Returns a balanced and sticky assignment, apart from partitions moved by faults. */
  private Map<TopicPartition, String> target() {
    Map<TopicPartition, String> target = new LinkedHashMap<>();
    Map<String, Integer> load = new LinkedHashMap<>();
    members.keySet().forEach(member -> load.put(member, 0));
    int most = Math.ceilDiv(partitions.size(), members.size());
    List<TopicPartition> free = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      String with = ofSameNumber(target, partition);
      if (with != null) {
        target.put(partition, with);
        continue;
      }
      String wished = ofProcess(wishes.get(partition));
      String owner = wished == null ? claimant(partition) : wished;
      if (owner != null && (wished != null || load.getOrDefault(owner, 0) < most)) {
        target.put(partition, owner);
        load.merge(owner, 1, Integer::sum);
      } else {
        free.add(partition);
      }
    }
    wishes
        .keySet()
        .removeIf(partition ->
            target.get(partition) != null && target.get(partition).equals(claimant(partition)));
    for (TopicPartition partition : free) {
      String with = ofSameNumber(target, partition);
      if (with != null) {
        target.put(partition, with);
        continue;
      }
      String least =
          load.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
      target.put(partition, least);
      load.merge(least, 1, Integer::sum);
    }
    return target;
  }

  private static @Nullable String ofSameNumber(
      Map<TopicPartition, String> target, TopicPartition partition) {
    return target.entrySet().stream()
        .filter(one -> one.getKey().partition() == partition.partition())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private @Nullable String ofProcess(@Nullable String process) {
    return members.values().stream()
        .filter(member -> member.process.name().equals(process))
        .map(member -> member.id)
        .findFirst()
        .orElse(null);
  }

  /** Returns the newest complete generation that a member has joined. */
  int generation(Member member) {
    return member.generation;
  }

  /** Returns whether a newer generation is complete, of which the member has not learnt. */
  boolean isBehind(Member member) {
    return member.generation != generation;
  }

  Set<TopicPartition> assigned(Member member) {
    return member.assigned;
  }

  void requireMember(String member, int ofGeneration) {
    if (!members.containsKey(member) || ofGeneration != generation) {
      throw new CommitFailedException(
          member + " of generation " + ofGeneration + "; the group is at " + generation);
    }
  }
}
