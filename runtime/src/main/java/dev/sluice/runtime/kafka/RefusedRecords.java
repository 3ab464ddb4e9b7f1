package dev.sluice.runtime.kafka;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Handles records that Kafka refuses because of their size, which no retry can help. They are
 * skipped. An exactly-once application, however, can no longer commit its transaction and repeats
 * it; the listener is therefore told of the refused record, so that the repetition can leave it
 * out, and of the records sent along with it. Kafka Streams logs each of them.
 */
public final class RefusedRecords implements ProductionExceptionHandler {
  /** The setting for the listener, a {@code Consumer<ProducerRecord<byte[], byte[]>>}. */
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
