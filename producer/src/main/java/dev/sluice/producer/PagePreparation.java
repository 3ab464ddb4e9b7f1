package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.sql.FrequencyCaps;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.ReturnedRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Prepares pages off the stream thread: reads the recipients, applies the frequency caps and the
 * sender's daily limit, and renders their messages.
 */
final class PagePreparation {
  /**
   * The largest total size of a page's messages, roughly, bytes: of a thousand with 20 parts and a
   * kilobyte of text. All campaigns share the memory, and the thread that writes a page.
   */
  static final int LARGEST_PAGE = 4 * 1024 * 1024;

  private final RecipientPages recipients;
  private final DailyLimit dailyLimit;
  private final FrequencyCaps caps;
  private final InstantSource clock;

  PagePreparation(FanOutRepositories sql, InstantSource clock) {
    recipients = sql.recipients();
    dailyLimit = sql.dailyLimit();
    caps = sql.caps();
    this.clock = clock;
  }

  /** Prepares the next recipients that are left to read. */
  PreparedPage next(
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender,
      FanOutState.Progress progress,
      int atMost) {
    // Recipients who would not fit must not be counted towards the daily limit yet.
    int limit = Math.clamp(1 + LARGEST_PAGE / campaign.template().bytes(), 1, atMost);
    Cursor after = progress.cursor();
    Cursor reach = recipients.reach(campaign.id(), progress.zones(), after);
    List<RecipientPages.Recipient> read =
        recipients.after(campaign.id(), progress.zones(), after, reach, limit, countedFor(sender));
    Beginning beginning = beginning(read, campaign, sender);
    List<RenderedRequest> renderedRequests =
        renderedRequests(
            beginning.recipients(), one -> rendered(campaign, sender, one, null, beginning));
    boolean reached = read.size() < limit && renderedRequests.size() == read.size();
    Cursor written =
        renderedRequests.isEmpty() ? after : read.get(renderedRequests.size() - 1).cursor();
    return new PreparedPage(
        renderedRequests,
        reached && reach != null ? reach : written,
        reached && reach == null,
        List.of(),
        beginning.dayUsedUp());
  }

  /**
   * Prepares returned requests of recipients that are still pending in the same round. Others have
   * been settled or resent in the meantime.
   */
  PreparedPage again(
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender,
      List<ReturnedRequest> returned) {
    Map<Long, ReturnedRequest> byRecipient = new LinkedHashMap<>();
    returned.forEach(request -> byRecipient.put(request.recipientId(), request));
    List<RecipientPages.Recipient> waiting =
        recipients.pending(campaign.id(), byRecipient.keySet(), countedFor(sender)).stream()
            .filter(one -> one.round() == Objects.requireNonNull(byRecipient.get(one.id())).round())
            .toList();
    Beginning beginning = beginning(waiting, campaign, sender);
    List<RenderedRequest> renderedRequests =
        renderedRequests(
            beginning.recipients(),
            one -> rendered(campaign, sender, one, byRecipient.get(one.id()), beginning));
    waiting
        .subList(renderedRequests.size(), waiting.size())
        .forEach(later -> byRecipient.remove(later.id()));
    return new PreparedPage(
        renderedRequests,
        Cursor.START,
        false,
        List.copyOf(byRecipient.values()),
        beginning.dayUsedUp());
  }

  /** Renders as many requests as fit in memory; at least one, if there is one. */
  private static List<RenderedRequest> renderedRequests(
      List<RecipientPages.Recipient> recipients,
      Function<RecipientPages.Recipient, RenderedRequest> rendering) {
    List<RenderedRequest> renderedRequests = new ArrayList<>();
    int bytes = 0;
    for (RecipientPages.Recipient one : recipients) {
      if (bytes > LARGEST_PAGE) {
        break;
      }
      RenderedRequest rendered = rendering.apply(one);
      bytes += rendered.bytes();
      renderedRequests.add(rendered);
    }
    return renderedRequests;
  }

  private RenderedRequest rendered(
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender,
      RecipientPages.Recipient one,
      @Nullable ReturnedRequest before,
      Beginning beginning) {
    return beginning.capped().contains(one.id())
        ? RenderedRequest.capped(campaign, one, before, caps.words(sender), clock.instant())
        : RenderedRequest.to(campaign, sender, one, before, clock.instant());
  }

  private static @Nullable String countedFor(CampaignRepository.Sender sender) {
    return sender.dailyLimit() == null ? null : sender.identity().id();
  }

  /**
   * The beginning of a page.
   *
   * @param capped the ids of those who have had as many messages as a frequency cap allows
   */
  private record Beginning(
      List<RecipientPages.Recipient> recipients, Set<Long> capped, boolean dayUsedUp) {}

  /**
   * Returns the beginning of a page, up to the first recipient that exceeds the memory or the daily
   * limit. Who gets nothing takes no place in the limit.
   */
  private Beginning beginning(
      List<RecipientPages.Recipient> page,
      CampaignRepository.Campaign campaign,
      CampaignRepository.Sender sender) {
    List<RecipientPages.Recipient> fitting =
        page.stream().takeWhile(RecipientPages.Recipient::fits).toList();
    // Counted before the requests are written: counting too many is safe, counting too few is not.
    Set<Long> capped =
        caps.capped(campaign, sender, fitting.stream().filter(one -> !one.suppressed()).toList());
    Integer limit = sender.dailyLimit();
    if (limit == null || fitting.isEmpty()) {
      return new Beginning(fitting, capped, false);
    }
    List<RecipientPages.Recipient> sendable =
        fitting.stream().filter(one -> !one.suppressed() && !capped.contains(one.id())).toList();
    int admitted =
        dailyLimit.admit(
            campaign.id(),
            sender.identity().id(),
            limit,
            sendable.stream().map(RecipientPages.Recipient::phone).toList());
    int end =
        admitted == sendable.size() ? fitting.size() : fitting.indexOf(sendable.get(admitted));
    return new Beginning(fitting.subList(0, end), capped, end < fitting.size());
  }
}
