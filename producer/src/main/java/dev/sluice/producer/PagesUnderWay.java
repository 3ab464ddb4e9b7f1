package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.schema.LaneKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pages that are being read, which will fill lanes when they come. */
final class PagesUnderWay {
  /**
   * A page of a sender that sends more than the usual number in a second may be this many times as
   * large: each page waits for the commit of the one before.
   */
  private static final int LARGEST = 5;

  /** The memory of all pages beyond their usual size, as a number of usual pages. */
  private static final int SPARE = 8;

  private final FanOutTick.Surroundings around;
  private final Map<UUID, Page> byCampaign = new HashMap<>();

  /**
   * A page that is being read.
   *
   * @param limit how many requests it may have
   * @param places how many of them each lane gets
   */
  private record Page(String senderId, int limit, Map<LaneKey, Long> places, Instant askedAt) {}

  PagesUnderWay(FanOutTick.Surroundings around) {
    this.around = around;
  }

  /**
   * Notes that a campaign's page has been asked for.
   *
   * @param lanes the lane of each request that it may have: a reading that comes meanwhile may
   *     count requests twice, so that lanes chosen then would fill unevenly
   */
  void add(UUID id, String senderId, List<Integer> lanes) {
    Map<LaneKey, Long> places =
        lanes.stream()
            .collect(
                Collectors.groupingBy(lane -> new LaneKey(senderId, lane), Collectors.counting()));
    byCampaign.put(id, new Page(senderId, lanes.size(), places, around.steady().instant()));
  }

  void remove(UUID id) {
    byCampaign.remove(id);
  }

  void retain(Predicate<UUID> stillRead) {
    byCampaign.keySet().removeIf(stillRead.negate());
  }

  boolean contains(UUID id) {
    return byCampaign.containsKey(id);
  }

  /** Returns whether a campaign's page takes so long that others are given its room. */
  boolean isSlow(UUID id) {
    Page page = byCampaign.get(id);
    return page != null && isSlow(id, page);
  }

  private boolean isSlow(UUID id, Page page) {
    return around.faults().suspect(id)
        || page.askedAt().plus(CampaignFaults.SLOW).isBefore(around.steady().instant());
  }

  /**
   * Returns the places of the pages that should come soon, by lane. The room of slow pages is given
   * to the sender's other campaigns; when the slow ones come, up to one page per slow campaign is
   * queued beyond the room.
   */
  Map<LaneKey, Long> places() {
    return places(null);
  }

  /** Returns the same, with the places of the page that is written now, even if it was slow. */
  Map<LaneKey, Long> places(@Nullable UUID written) {
    Map<LaneKey, Long> places = new HashMap<>();
    byCampaign.forEach((id, page) -> {
      if (id.equals(written) || !isSlow(id, page)) {
        page.places().forEach((lane, count) -> places.merge(lane, count, Long::sum));
      }
    });
    return places;
  }

  /** Returns how many pages of a sender should come soon. */
  long count(String senderId) {
    return byCampaign.entrySet().stream()
        .filter(one -> one.getValue().senderId().equals(senderId))
        .filter(one -> !isSlow(one.getKey(), one.getValue()))
        .count();
  }

  /**
   * Returns how many requests the next page may have.
   *
   * @param perSecond how many the sender sends in a second
   * @param bulky whether the campaign's requests are so large that a page was cut short
   */
  long largest(CampaignRepository.Sender sender, long perSecond, boolean bulky) {
    long usual = around.pageSize();
    // Pages of a sender with a daily limit hold a lock that others wait for.
    if (sender.dailyLimit() != null || bulky) {
      return usual;
    }
    long beyond =
        byCampaign.values().stream().mapToLong(page -> Math.max(0, page.limit() - usual)).sum();
    long spare = Math.clamp(SPARE * usual - beyond, 0, (LARGEST - 1) * usual);
    return Math.clamp(perSecond, usual, usual + spare);
  }
}
