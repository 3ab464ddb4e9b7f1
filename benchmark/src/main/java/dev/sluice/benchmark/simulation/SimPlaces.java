package dev.sluice.benchmark.simulation;

import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.PlaceLookup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Asks the simulated broker for places. */
final class SimPlaces implements PlaceLookup {
  private final Broker broker;
  private final Network network;
  private final SimProcess process;

  SimPlaces(Broker broker, Network network, SimProcess process) {
    this.broker = broker;
    this.network = network;
    this.process = process;
  }

  @Override
  public Map<TopicPartition, Place> stable(Set<TopicPartition> partitions, Duration atMost) {
    try {
      return network.call(process, () -> known(partitions));
    } catch (TimeoutException e) {
      return Map.of();
    }
  }

  private Map<TopicPartition, Place> known(Set<TopicPartition> partitions) {
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
