package dev.sluice.runtime.kafka;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * What Kafka refuses because of the record itself, which no repetition mends. It is passed over,
 * except by exactly-once applications: their transaction cannot be committed any more and is done
 * over. So whoever wrote the record is told, to leave it out then; and so are those whose records
 * were sent along with it. Kafka Streams logs each of them.
 */
public final class RefusedRecords implements ProductionExceptionHandler {
  /** The setting that holds who is told, a {@code Consumer<ProducerRecord<byte[], byte[]>>}. */
  public static final String LISTENER = "sluice.refused.records.listener";

  private Consumer<ProducerRecord<byte[], byte[]>> listener = record -> {};

  @Override
  @SuppressWarnings("unchecked")
  public void configure(Map<String, ?> settings) {
    if (settings.get(LISTENER) instanceof Consumer<?> given) {
      listener = (Consumer<ProducerRecord<byte[], byte[]>>) given;
    }
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    if (!(exception instanceof RecordTooLargeException)) {
      return Response.fail();
    }
    listener.accept(record);
    return Response.resume();
  }
}
