package dev.sluice.benchmark.simulation;

import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads places from the simulated broker. */
record SimPlaces(Broker broker, Network network, SimProcess process) implements StablePlaces {
  @Override
  public Map<TopicPartition, Place> read(Collection<TopicPartition> partitions, Duration atMost) {
    try {
      return network.call(process, () -> stable(partitions));
    } catch (TimeoutException e) {
      return Map.of();
    }
  }

  private Map<TopicPartition, Place> stable(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Place> places = new HashMap<>();
    for (TopicPartition partition : partitions) {
      if (broker.stable(Set.of(partition))) {
        places.put(
            partition,
            new Place(broker.committed(partition), 0, broker.log(partition).stableEnd()));
      }
    }
    return places;
  }

  @Override
  public void close() {}
}
