package dev.sluice.console;

import dev.sluice.schema.Json;
import io.javalin.http.sse.SseClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns that somebody watches, as server-sent events. Each is read once a second for all of its
 * viewers together, and told to them when it has changed.
 */
final class LiveCampaigns implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveCampaigns.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Proxies drop connections on which nothing happens. */
  private static final int SILENT_ROUNDS = 15;

  private final Campaigns campaigns;
  private final Map<UUID, Watched> watched = new ConcurrentHashMap<>();
  private final Thread loop;

  /** A campaign with its viewers. */
  private static final class Watched {
    private final Set<SseClient> viewers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String newest;
    private int silentRounds;
  }

  LiveCampaigns(Campaigns campaigns) {
    this.campaigns = campaigns;
    loop = Thread.ofVirtual().name("live campaigns").start(this::run);
  }

  /** Sends what is known now, and everything new until the viewer goes away. */
  void follow(SseClient viewer) {
    UUID id = Answer.campaignId(viewer.ctx());
    String now = read(id);
    viewer.keepAlive();
    Watched campaign =
        watched.compute(
            id,
            (key, before) -> {
              Watched some = before == null ? new Watched() : before;
              some.viewers.add(viewer);
              return some;
            });
    viewer.onClose(() -> campaign.viewers.remove(viewer));
    viewer.sendEvent("campaign", now);
  }

  private String read(UUID id) {
    return new String(
        Json.write(
            campaigns
                .find(id)
                .orElseThrow(() -> ProblemException.notFound("There is no campaign " + id + "."))),
        StandardCharsets.UTF_8);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException e) {
        return;
      }
      watched.forEach(this::tell);
      watched
          .keySet()
          .forEach(id ->
              watched.computeIfPresent(id, (key, some) -> some.viewers.isEmpty() ? null : some));
    }
  }

  private void tell(UUID id, Watched campaign) {
    try {
      String now = read(id);
      boolean changed = !now.equals(campaign.newest);
      campaign.newest = now;
      campaign.silentRounds = changed ? 0 : campaign.silentRounds + 1;
      for (SseClient viewer : campaign.viewers) {
        if (changed) {
          viewer.sendEvent("campaign", now);
        } else if (campaign.silentRounds % SILENT_ROUNDS == 0) {
          viewer.sendComment("still there");
        }
      }
    } catch (DataAccessException | ProblemException e) {
      log.debug("cannot read campaign {}", id, e);
    }
  }

  @Override
  public void close() {
    loop.interrupt();
    watched.values().forEach(campaign -> campaign.viewers.forEach(SseClient::close));
  }
}
