package dev.sluice.runtime.migration;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.LaneMoves;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.Places;
import dev.sluice.schema.WindowCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a window for each empty partition, from which nothing can have been sent. Workers open no
 * partition without one, because a missing committed offset may also be a lost one.
 */
final class FirstWindows {
  private static final Logger log = LoggerFactory.getLogger(FirstWindows.class);

  private final KafkaConfig kafka;
  private final Places places;

  FirstWindows(KafkaConfig kafka) {
    this.kafka = kafka;
    places = new Places(kafka);
  }

  void commit(Admin admin) throws InterruptedException, ExecutionException {
    SortedMap<Integer, Place> all = places.read(admin);
    Map<Integer, OffsetAndMetadata> first = new HashMap<>();
    all.forEach((partition, place) -> {
      if (place.committed() == null) {
        if (place.empty()) {
          first.put(partition, new OffsetAndMetadata(place.end(), WindowCodec.encode(List.of())));
        } else {
          log.error(
              "send-requests partition {} holds {} record(s) but no offset is committed, so it is"
                  + " unknown what was sent from it. Nothing is sent from it until its requests are"
                  + " declared in doubt (sluice window reset --partition {})",
              partition,
              place.end() - place.start(),
              partition);
        }
      }
    });
    if (first.isEmpty()) {
      return;
    }
    if (new LaneMoves(kafka).any(all)) {
      log.error(
          "send-requests has {} partition(s) more than the workers know. Using them would move lanes"
              + " from one worker to another while requests are under way, and both would send for"
              + " the same sender. Pause every campaign, wait until no request is under way, and"
              + " run migrate again",
          first.size());
      return;
    }
    places.commit(first);
    log.info("windows: {} partition(s) of send-requests are ready for workers", first.size());
  }
}
