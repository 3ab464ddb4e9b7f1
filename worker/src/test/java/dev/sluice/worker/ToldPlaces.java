package dev.sluice.worker;

import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Places that a test tells, and may change. */
record ToldPlaces(Map<TopicPartition, Place> places) implements StablePlaces {
  @Override
  public Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost) {
    Map<TopicPartition, Place> told = new HashMap<>(places);
    told.keySet().retainAll(partitions);
    return told;
  }

  @Override
  public void close() {}
}
