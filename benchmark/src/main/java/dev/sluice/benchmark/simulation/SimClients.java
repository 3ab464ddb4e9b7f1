package dev.sluice.benchmark.simulation;

import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** A process's clients of the simulated broker. */
final class SimClients implements KafkaClients {
  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(8);

  private final World world;
  private final SimProcess process;

  SimClients(World world, SimProcess process) {
    this.world = world;
    this.process = process;
  }

  @Override
  public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    process.requireAlive();
    return new SimConsumer(
        world.kernel(),
        world.broker(),
        world.network(),
        process,
        String.valueOf(settings.get(ConsumerConfig.GROUP_ID_CONFIG)));
  }

  @Override
  public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
    process.requireAlive();
    return new SimProducer(
        world.broker(),
        world.network(),
        process,
        String.valueOf(settings.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG)),
        TRANSACTION_TIMEOUT);
  }

  @Override
  public StablePlaces places(KafkaConfig kafka) {
    return new SimPlaces(world.broker(), world.network(), process);
  }

  @Override
  public Meters meters(Consumer<byte[], byte[]> consumer, MeterRegistry registry) {
    return () -> {};
  }

  @Override
  public Meters meters(Producer<byte[], byte[]> producer, MeterRegistry registry) {
    return () -> {};
  }
}
