package dev.sluice.producer.state;

import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.UnreadableEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests returned unsent by workers, each until it is written again or no longer needed. Its
 * removal and the new request are one transaction, so that it is never queued twice.
 */
public final class ReturnedRequests {
  private static final Logger log = LoggerFactory.getLogger(ReturnedRequests.class);

  /**
   * How long before a request may be tried it is written again. Workers that are short of memory
   * return postponed requests, so these would circle if they were written earlier.
   */
  private static final Duration AHEAD = Duration.ofSeconds(3);

  /** From this number on, a campaign most of whose requests wait is fed no new ones. */
  private static final int MANY = 20_000;

  /**
   * The number over all campaigns from which on those that have their share of it are fed no new
   * ones, as what waits is kept in memory.
   */
  private static final int MOST = 500_000;

  private final KeyValueStore<String, byte[]> store;

  /** The requests that can be read by campaign, so that no iteration walks past postponed ones. */
  private final Map<UUID, NavigableSet<Waiting>> waiting = new HashMap<>();

  /** How many these are. */
  private int total;

  private final Set<String> unreadable = new HashSet<>();

  private record Waiting(Instant notBefore, long recipientId) implements Comparable<Waiting> {
    private static final Comparator<Waiting> SOONEST_FIRST =
        Comparator.comparing(Waiting::notBefore).thenComparingLong(Waiting::recipientId);

    static Waiting of(ReturnedRequest request) {
      Instant notBefore = request.notBefore();
      return new Waiting(notBefore == null ? Instant.MIN : notBefore, request.recipientId());
    }

    boolean isReady(Instant now) {
      return !notBefore.isAfter(now.plus(AHEAD));
    }

    @Override
    public int compareTo(Waiting other) {
      return SOONEST_FIRST.compare(this, other);
    }
  }

  public ReturnedRequests(KeyValueStore<String, byte[]> store) {
    this.store = store;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> {
        ReturnedRequest request = read(entry.key, entry.value);
        if (request != null) {
          index(request);
        }
      });
    }
  }

  /** Reads a request; an unreadable one leaves only its own recipient pending. */
  private @Nullable ReturnedRequest read(String key, byte @Nullable [] stored) {
    try {
      return stored == null ? null : Json.read(stored, ReturnedRequest.class);
    } catch (UnreadableEventException e) {
      if (unreadable.add(key)) {
        log.error("{} stays pending, see sluice campaign repair: {}", key, e.getMessage());
      }
      return null;
    }
  }

  /**
   * Returns how many requests of these campaigns cannot be read; campaigns with none are left out.
   */
  public Map<UUID, Integer> unreadable(Set<UUID> campaignIds) {
    Map<UUID, Integer> counts = new HashMap<>();
    if (!unreadable.isEmpty()) {
      for (UUID id : campaignIds) {
        int count = (int) unreadable.stream().filter(key -> key.startsWith(prefix(id))).count();
        if (count > 0) {
          counts.put(id, count);
        }
      }
    }
    return counts;
  }

  /** Returns how many can be read and wait, of all campaigns. */
  public int count() {
    return total;
  }

  void add(ReturnedRequest request) {
    String key = key(request);
    ReturnedRequest before = read(key, store.get(key));
    if (before != null && before.round() > request.round()) {
      // Of an older round; the recipient is pending in the newer one.
      return;
    }
    if (before != null) {
      unindex(request.campaignId(), Waiting.of(before));
    }
    unreadable.remove(key);
    store.put(key, Json.write(request));
    index(request);
  }

  private void index(ReturnedRequest request) {
    if (waiting
        .computeIfAbsent(request.campaignId(), id -> new TreeSet<>())
        .add(Waiting.of(request))) {
      total++;
    }
  }

  private void unindex(UUID campaignId, Waiting one) {
    waiting.computeIfPresent(
        campaignId,
        (id, its) -> {
          if (its.remove(one)) {
            total--;
          }
          return its.isEmpty() ? null : its;
        });
  }

  private NavigableSet<Waiting> of(UUID campaignId) {
    return waiting.getOrDefault(campaignId, Collections.emptyNavigableSet());
  }

  public boolean any(UUID campaignId) {
    return waiting.containsKey(campaignId);
  }

  /** Returns whether the campaign has a request that may be tried now or soon. */
  public boolean anyReady(UUID campaignId, Instant now) {
    return any(campaignId) && of(campaignId).first().isReady(now);
  }

  /**
   * Returns whether so many of a campaign's requests wait that no new ones should be written: most
   * of these would come back, too.
   *
   * @param written the number of its requests written so far, each counted once
   */
  public boolean areMost(UUID campaignId, long written) {
    int its = of(campaignId).size();
    return areMost(its, written) || isItsShare(its, total, waiting.size());
  }

  static boolean areMost(int waiting, long written) {
    return waiting >= MANY && 2L * waiting >= written;
  }

  /** Returns whether too many wait over all campaigns, and one has at least its share of these. */
  static boolean isItsShare(int waiting, int total, int campaigns) {
    return total >= MOST && (long) waiting * campaigns >= MOST;
  }

  /**
   * Returns when the first of a campaign's waiting requests may be tried.
   *
   * @throws NoSuchElementException if none waits
   */
  public Instant soonest(UUID campaignId) {
    return of(campaignId).first().notBefore();
  }

  /** Returns some of a campaign's requests that may be tried now or soon, up to the limit. */
  public List<ReturnedRequest> ready(UUID campaignId, Instant now, int limit) {
    List<Waiting> soonest =
        of(campaignId).stream().limit(limit).takeWhile(one -> one.isReady(now)).toList();
    List<ReturnedRequest> ready = new ArrayList<>();
    for (Waiting one : soonest) {
      String key = prefix(campaignId) + one.recipientId();
      ReturnedRequest request = read(key, store.get(key));
      if (request == null) {
        unindex(campaignId, one);
      } else {
        ready.add(request);
      }
    }
    return ready;
  }

  public void remove(ReturnedRequest request) {
    String key = key(request);
    ReturnedRequest stored = read(key, store.get(key));
    if (stored != null && stored.round() == request.round()) {
      store.delete(key);
      unindex(request.campaignId(), Waiting.of(stored));
    }
  }

  /** Forgets a campaign that will send no more. */
  void drop(UUID campaignId) {
    of(campaignId).forEach(one -> store.delete(prefix(campaignId) + one.recipientId()));
    total -= of(campaignId).size();
    waiting.remove(campaignId);
    unreadable.removeIf(key -> {
      boolean its = key.startsWith(prefix(campaignId));
      if (its) {
        store.delete(key);
      }
      return its;
    });
  }

  private static String key(ReturnedRequest request) {
    return prefix(request.campaignId()) + request.recipientId();
  }

  private static String prefix(UUID campaignId) {
    return campaignId + "/";
  }
}
